-- One row per change of a ticket's priority or status by as_of.
select
    ticket_id,
    changed_at,
    field,
    old_value,
    new_value
from newest('accepted.ticket_changes')
where is_known(local_day(changed_at))
