-- One row per ticket open at as_of.
select
    tickets.ticket_id,
    tickets.account_id,
    tickets.subject,
    tickets.category,
    priorities.priority,
    tickets.status,
    tickets.created_on,
    getvariable('as_of') - tickets.created_on as age_days,
    tickets.assignee,
    tickets.is_escalated,
    tickets.record_url
from staging.stg_tickets as tickets
inner join intermediate.int_ticket_priorities_dated as priorities using (ticket_id)
where tickets.closed_on is null and priorities.until_at is null
