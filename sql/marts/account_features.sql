-- One row per surviving account and feature that its plan has or that it ever used.
-- The 90 days end at the newest day of the usage feed.
with

catalogue as (
    select
        feature,
        feature_name,
        area,
        plan_key
    from intermediate.int_features_numbered
),

in_plan as (
    select
        accounts.account_id,
        catalogue.feature
    from staging.stg_accounts as accounts
    inner join catalogue
        on catalogue.plan_key is null or comparable(accounts.plan) = catalogue.plan_key
),

newest as (
    select newest_on
    from intermediate.int_feed_weeks_dated
    where feed = 'usage' and week_ending_on = getvariable('as_of')
),

feature_days as (
    select
        account_id,
        feature,
        used_on,
        coalesce(sum(active_users), 0)::bigint as active_users,
        coalesce(sum(event_count), 0)::bigint as event_count
    from staging.stg_usage_daily
    where feature is not null and coalesce(event_count, active_users, 0) > 0
    group by account_id, feature, used_on
),

used as (
    select
        feature_days.account_id,
        feature_days.feature,
        count(*) filter (where feature_days.used_on > newest.newest_on - 90) as used_day_count_90d,
        coalesce(
            sum(feature_days.event_count) filter (where feature_days.used_on > newest.newest_on - 90), 0
        )::bigint as event_count_90d,
        coalesce(
            sum(feature_days.active_users) filter (where feature_days.used_on > newest.newest_on - 90), 0
        )::bigint as user_day_count_90d,
        max(feature_days.used_on) as last_used_on
    from feature_days
    cross join newest
    group by feature_days.account_id, feature_days.feature
),

account_features as (
    select
        account_id,
        feature
    from in_plan
    union
    select
        account_id,
        feature
    from used
)

select
    account_id,
    feature,
    coalesce(catalogue.feature_name, feature) as feature_name,
    catalogue.area,
    in_plan.account_id is not null as is_in_plan,
    coalesce(used.used_day_count_90d, 0) as used_day_count_90d,
    coalesce(used.event_count_90d, 0) as event_count_90d,
    coalesce(used.user_day_count_90d, 0) as user_day_count_90d,
    used.last_used_on
from account_features
left join catalogue using (feature)
left join in_plan using (account_id, feature)
left join used using (account_id, feature)
