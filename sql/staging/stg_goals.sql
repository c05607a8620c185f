-- One row per business goal; goals have no date of their own.
select
    goal_id,
    account_id,
    goal,
    metric,
    unit,
    baseline,
    target,
    actual,
    due_on,
    value_amount,
    currency,
    status
from newest_by_account('accepted.goals')
inner join staging.stg_account_refs using (namespace, external_id)
qualify _owner_rank = min(_owner_rank) over (partition by account_id)
