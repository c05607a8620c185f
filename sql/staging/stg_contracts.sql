-- One row per contract known at as_of: signed, or without a signature started or loaded.
with

first_loads as (
    select
        _key,
        min(extracted_day(_extracted_at)) as first_loaded_on
    from accepted.contracts
    group by _key
)

select
    contract_id,
    account_id,
    product,
    starts_on,
    ends_on,
    arr,
    currency,
    seats,
    billing_period,
    auto_renew,
    notice_days,
    status,
    signed_on,
    known_day(cancelled_on) as cancelled_on,
    case when is_known(cancelled_on) then churn_reason end as churn_reason,
    price_increase_pct,
    coalesce(signed_on, least(starts_on, first_loaded_on)) as known_on
from newest_by_account('accepted.contracts')
inner join staging.stg_account_refs using (namespace, external_id)
inner join first_loads using (_key)
where is_known(known_on)
qualify _owner_rank = min(_owner_rank) over (partition by account_id)
