-- One row per ticket created in the 365 days to as_of.
select
    tickets.ticket_id,
    tickets.account_id,
    tickets.subject,
    tickets.category,
    priorities.priority,
    tickets.status,
    tickets.created_on,
    tickets.solved_on,
    tickets.csat,
    date_diff('minute', tickets.created_at, tickets.first_response_at) as first_response_minutes,
    date_diff('minute', tickets.created_at, tickets.solved_at) as resolution_minutes
from staging.stg_tickets as tickets
inner join intermediate.int_ticket_priorities_dated as priorities using (ticket_id)
where tickets.created_on > getvariable('as_of') - 365 and priorities.until_at is null
