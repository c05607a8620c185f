-- One row per account and user that the tool names in the 30 days to the newest day of its events.
with

newest as (
    select max(used_on) as newest_on
    from accepted.usage_user_days
    where is_known(used_on)
),

seen as (
    select
        days._account_namespace as namespace,
        account_ref(days._account_namespace, days.account_id) as external_id,
        days.user_id,
        days.used_on,
        days.event_count
    from versions_of('accepted.usage_user_days') as days
    cross join newest
    where
        days._owner_rank is not null
        and is_known(days.used_on)
        and days.used_on > newest.newest_on - 30
)

select
    refs.account_id,
    seen.user_id,
    count(distinct seen.used_on) as active_day_count_30d,
    coalesce(sum(seen.event_count), 0)::bigint as event_count_30d,
    max(seen.used_on) as last_active_on
from seen
inner join staging.stg_account_refs as refs using (namespace, external_id)
group by refs.account_id, seen.user_id
