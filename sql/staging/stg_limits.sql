-- One row per account, limit and day measured by as_of.
select
    account_id,
    "limit",
    measured_on,
    allowed,
    used
from newest_by_account('accepted.limits')
inner join staging.stg_account_refs using (namespace, external_id)
where is_known(measured_on)
qualify _owner_rank = min(_owner_rank) over (partition by account_id)
