-- One row per ticket and stretch of time, before it was solved, in which it waited: pending for the customer, on hold
-- for us. Only tickets whose changes of status are on file; until_at is null while the wait lasts.
with

changes as (
    select
        ticket_id,
        changed_at,
        lower(old_value) as old_status,
        lower(new_value) as new_status,
        lead(changed_at) over (partition by ticket_id order by changed_at) as until_at,
        row_number() over (partition by ticket_id order by changed_at) as change_number
    from staging.stg_ticket_changes
    where field = 'status'
),

stretches as (
    select
        ticket_id,
        old_status as status,
        null::timestamptz as from_at,
        changed_at as until_at
    from changes
    where change_number = 1
    union all
    select
        ticket_id,
        new_status as status,
        changed_at as from_at,
        until_at
    from changes
),

waits as (
    select
        ticket_id,
        stretches.status,
        date_trunc('second', greatest(tickets.created_at, stretches.from_at)) as from_at,
        date_trunc('second', least(stretches.until_at, tickets.solved_at)) as until_at
    from stretches
    inner join staging.stg_tickets as tickets using (ticket_id)
    where stretches.status in ('pending', 'hold')
)

select
    ticket_id,
    status,
    from_at,
    until_at
from waits
where coalesce(from_at < until_at, true)
