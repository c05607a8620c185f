-- One row per account and day of use: its users, its events and the set of features used.
with

-- A row without a feature is the day's total; without one the largest feature has the users, all have the events.
told_days as (
    select
        daily.account_id,
        daily.told_as,
        daily.used_on,
        coalesce(
            max(daily.active_users) filter (where daily.feature is null),
            max(daily.active_users)
        ) as active_users,
        coalesce(
            max(daily.event_count) filter (where daily.feature is null),
            sum(daily.event_count)::bigint
        ) as event_count,
        bit_or(features.feature_set) filter (
            where coalesce(daily.event_count, daily.active_users, 0) > 0
        ) as feature_set
    from staging.stg_usage_daily as daily
    left join intermediate.int_features_numbered as features using (feature)
    group by daily.account_id, daily.told_as, daily.used_on
),

account_days as (
    select
        account_id,
        used_on,
        coalesce(sum(active_users), 0)::bigint as active_users,
        coalesce(sum(event_count), 0)::bigint as event_count,
        coalesce(max(coalesce(active_users, event_count)) > 0, false) as is_login_day,
        bit_or(feature_set) as feature_set
    from told_days
    group by account_id, used_on
)

select
    *,
    is_business_day(used_on) as is_business_day,
    is_login_day and is_business_day(used_on) as is_login_business_day
from account_days
