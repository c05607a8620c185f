-- One row per ticket without a priority: no promise of the SLA can be told for it.
select
    ticket_id,
    account_id,
    status,
    created_on
from staging.stg_tickets
where priority is null
