-- One row per span, week of the panel and day inside the span; spans of usage end at the newest day of its feed.
with

spans (span, anchor, first_back_days, until_back_days) as (
    values
    ('7d', 'week', 0, 7),
    ('30d', 'week', 0, 30),
    ('60d', 'week', 0, 60),
    ('90d', 'week', 0, 90),
    ('180d', 'week', 0, 180),
    ('usage_30d', 'usage', 0, 30),
    ('usage_prior_30d', 'usage', 30, 60)
),

anchors as (
    select
        'week' as anchor,
        week_ending_on,
        week_ending_on as ends_on
    from intermediate.int_weeks_listed
    union all
    select
        'usage' as anchor,
        week_ending_on,
        window_ends_on as ends_on
    from intermediate.int_feed_weeks_dated
    where window_ends_on is not null
)

select
    spans.span,
    anchors.week_ending_on,
    anchors.ends_on - unnest(range(spans.first_back_days, spans.until_back_days))::integer as day
from spans
inner join anchors using (anchor)
union all
select
    '12m' as span,
    week_ending_on,
    unnest(
        generate_series(week_ending_on - interval 12 month + interval 1 day, week_ending_on, interval 1 day)
    )::date as day
from intermediate.int_weeks_listed
