-- One row per week of the panel.
select
    weeks.week_ending_on,
    count(*) filter (where is_business_day(days.day)) as business_day_count_30d,
    weeks.is_latest
from intermediate.int_weeks_listed as weeks
inner join intermediate.int_feed_weeks_dated as feed_weeks using (week_ending_on)
inner join intermediate.int_week_days_spanned as days using (week_ending_on)
where
    feed_weeks.feed = 'usage'
    and days.span = case when feed_weeks.window_ends_on is null then '30d' else 'usage_30d' end
group by weeks.week_ending_on, weeks.is_latest
