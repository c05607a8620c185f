-- One row per course assigned to a user by as_of.
select
    account_id,
    user_id,
    course,
    assigned_on,
    known_day(completed_on) as completed_on
from newest_by_account('accepted.trainings')
inner join staging.stg_account_refs using (namespace, external_id)
where is_known(assigned_on)
qualify _owner_rank = min(_owner_rank) over (partition by account_id)
