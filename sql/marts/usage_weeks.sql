-- One row per account and week of the last 53 since its first use; 0 without use, no row while the feed is not fresh.
with

used_weeks as (
    select
        usage.account_id,
        days.week_ending_on,
        max(usage.active_users) as active_user_peak,
        sum(usage.active_users)::bigint as user_day_count,
        sum(usage.event_count)::bigint as event_count
    from intermediate.int_usage_days_summed as usage
    inner join intermediate.int_week_days_spanned as days on usage.used_on = days.day
    where days.span = '7d' and days.week_ending_on > getvariable('as_of') - 7 * 53
    group by usage.account_id, days.week_ending_on
),

first_weeks as (
    select
        account_id,
        min(week_ending_on) as first_week_on
    from used_weeks
    group by account_id
),

told_weeks as (
    select week_ending_on
    from intermediate.int_feed_weeks_dated
    where feed = 'usage' and state = 'fresh'
)

select
    first_weeks.account_id,
    told_weeks.week_ending_on,
    coalesce(used_weeks.active_user_peak, 0) as active_user_peak,
    coalesce(used_weeks.user_day_count, 0) as user_day_count,
    coalesce(used_weeks.event_count, 0) as event_count
from first_weeks
inner join told_weeks on first_weeks.first_week_on <= told_weeks.week_ending_on
left join used_weeks using (account_id, week_ending_on)
