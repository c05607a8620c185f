-- One row per ticket that is called solved or closed without the time it was solved.
select
    ticket_id,
    account_id,
    status,
    created_on
from staging.stg_tickets
where status in ('solved', 'closed') and solved_at is null
