-- One row per week of work on a plan's phase by as_of.
select
    effort_id,
    account_id,
    plan_id,
    phase,
    side,
    week_ending_on,
    planned_hours,
    actual_hours
from newest_by_account('accepted.effort')
inner join staging.stg_account_refs using (namespace, external_id)
where is_known(week_ending_on)
qualify _owner_rank = min(_owner_rank) over (partition by account_id)
