-- One row per ticket whose first response came before it was created, or after it was solved.
select
    ticket_id,
    account_id,
    created_at,
    first_response_at,
    solved_at
from staging.stg_tickets
where first_response_at < created_at or first_response_at > solved_at
