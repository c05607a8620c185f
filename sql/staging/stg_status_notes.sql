-- One row per account and week with a written status by as_of.
select
    account_id,
    week_ending_on,
    progress,
    metrics,
    blockers,
    next_week,
    decision_needed,
    health,
    person_name(_system, owner) as owner
from newest_by_account('accepted.status_notes')
inner join staging.stg_account_refs using (namespace, external_id)
where is_known(week_ending_on)
qualify _owner_rank = min(_owner_rank) over (partition by account_id)
