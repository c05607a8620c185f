-- One row per risk on record by as_of.
select
    risk_id,
    account_id,
    type,
    description,
    probability,
    impact,
    mitigation,
    person_name(_system, owner) as owner,
    case when status = 'resolved' and resolved_on > getvariable('as_of') then 'monitoring' else status end as status,
    is_blocker,
    root_cause,
    target_on,
    created_on,
    known_day(resolved_on) as resolved_on
from newest_by_account('accepted.risks')
inner join staging.stg_account_refs using (namespace, external_id)
where is_known(created_on)
qualify _owner_rank = min(_owner_rank) over (partition by account_id)
