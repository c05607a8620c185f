-- One row per task created by as_of.
select
    task_id,
    account_id,
    title,
    person_name(_system, owner) as owner,
    side,
    due_on,
    priority,
    case when status = 'completed' and completed_on > getvariable('as_of') then 'in_progress' else status end as status,
    description,
    enables,
    created_on,
    known_day(completed_on) as completed_on,
    action_id,
    renewal_step,
    offboarding_step
from newest_by_account('accepted.tasks')
inner join staging.stg_account_refs using (namespace, external_id)
where is_known(created_on)
qualify _owner_rank = min(_owner_rank) over (partition by account_id)
