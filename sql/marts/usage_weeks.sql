-- One row per account and week with any use, for the last 53 weeks.
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
