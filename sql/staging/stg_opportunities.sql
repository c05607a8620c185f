-- One row per deal created by as_of; one that closed later is still open.
select
    opportunity_id,
    account_id,
    opportunity_name,
    type,
    stage,
    amount,
    currency,
    probability_pct,
    forecast_category,
    created_on,
    close_on,
    coalesce(is_closed, false) and is_known(close_on) as is_closed,
    case when is_known(close_on) then is_won end as is_won,
    person_name(_system, owner) as owner,
    contract_id,
    record_url
from newest_by_account('accepted.opportunities')
inner join staging.stg_account_refs using (namespace, external_id)
where is_known(created_on)
qualify _owner_rank = min(_owner_rank) over (partition by account_id)
