-- One row per change of a deal's field by as_of.
select
    opportunity_id,
    changed_at,
    field,
    old_value,
    new_value,
    local_day(changed_at) as changed_on
from newest('accepted.opportunity_changes')
where is_known(local_day(changed_at))
