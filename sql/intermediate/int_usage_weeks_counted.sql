-- One row per account and week of the panel with any use in the 60 days that end at the usage feed's newest day.
select
    usage.account_id,
    days.week_ending_on,
    count(*) filter (where days.span = 'usage_30d' and usage.is_login_day) as login_day_count_30d,
    count(*) filter (
        where days.span = 'usage_30d' and usage.is_login_business_day
    ) as login_business_day_count_30d,
    coalesce(sum(usage.active_users) filter (where days.span = 'usage_30d'), 0)::bigint as user_day_count_30d,
    coalesce(
        sum(usage.active_users) filter (where days.span = 'usage_30d' and usage.is_business_day), 0
    )::bigint as business_user_day_count_30d,
    coalesce(sum(usage.event_count) filter (where days.span = 'usage_30d'), 0)::bigint as event_count_30d,
    coalesce(sum(usage.event_count) filter (where days.span = 'usage_prior_30d'), 0)::bigint
        as event_count_prior_30d,
    bit_or(usage.feature_set) filter (where days.span = 'usage_30d') as feature_set_30d
from intermediate.int_usage_days_summed as usage
inner join intermediate.int_week_days_spanned as days on usage.used_on = days.day
where days.span in ('usage_30d', 'usage_prior_30d')
group by usage.account_id, days.week_ending_on
