-- One row per account with use on days before its first contract or after the grace that follows its last.
with

lives as (
    select
        account_id,
        min(starts_on) as first_served_on,
        max(coalesce(service_ends_on, getvariable('as_of'))) as last_served_on
    from intermediate.int_contracts_followed
    group by account_id
)

select
    usage.account_id,
    count(*) as day_count,
    sum(usage.event_count)::bigint as event_count,
    min(usage.used_on) as first_used_on,
    max(usage.used_on) as last_used_on
from intermediate.int_usage_days_summed as usage
left join lives using (account_id)
where
    lives.account_id is null
    or usage.used_on < lives.first_served_on
    or usage.used_on > lives.last_served_on + getvariable('grace_days')::integer
group by usage.account_id
