-- One row per feed and week of the panel: how old the feed was then.
with

newest_days as (
    select
        weeks.week_ending_on,
        days.feed,
        max(days.told_on) as newest_on
    from intermediate.int_weeks_listed as weeks
    inner join staging.stg_feed_days as days on weeks.week_ending_on >= days.told_on
    group by weeks.week_ending_on, days.feed
),

first_days as (
    select
        feed,
        min(told_on) as first_on
    from staging.stg_feed_days
    group by feed
),

aged as (
    select
        feeds.feed,
        weeks.week_ending_on,
        feeds.is_expected,
        feeds.has_rows,
        first_days.first_on,
        newest_days.newest_on,
        weeks.week_ending_on - newest_days.newest_on as age_days,
        feeds.max_age_days,
        feeds.max_stale_days
    from meta.feeds as feeds
    cross join intermediate.int_weeks_listed as weeks
    left join newest_days using (feed, week_ending_on)
    left join first_days using (feed)
),

stated as (
    select
        *,
        case
            when not has_rows then 'missing'
            when max_age_days is null then 'fresh'
            when newest_on is null then 'before'
            when age_days <= max_age_days then 'fresh'
            when age_days <= max_stale_days then 'late'
            else 'stale'
        end as state
    from aged
)

select
    *,
    case when feed = 'usage' and state = 'fresh' then newest_on end as window_ends_on
from stated
