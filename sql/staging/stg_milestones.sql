-- One row per milestone; milestones are plans and have no date of their own.
select
    milestone_id,
    account_id,
    plan_id,
    title,
    type,
    planned_on,
    known_day(actual_on) as actual_on,
    person_name(_system, owner) as owner,
    our_actions,
    customer_actions,
    deliverables,
    success_criteria,
    is_critical_path,
    case when status = 'completed' and actual_on > getvariable('as_of') then 'scheduled' else status end as status
from newest_by_account('accepted.milestones')
inner join staging.stg_account_refs using (namespace, external_id)
qualify _owner_rank = min(_owner_rank) over (partition by account_id)
