-- One row per ticket and stretch of time in which it had one priority.
with

changes as (
    select
        ticket_id,
        changed_at,
        lower(old_value) as old_priority,
        lower(new_value) as new_priority,
        lead(changed_at) over (partition by ticket_id order by changed_at) as until_at,
        row_number() over (partition by ticket_id order by changed_at) as change_number
    from staging.stg_ticket_changes
    where field = 'priority'
),

first_changes as (
    select
        ticket_id,
        changed_at,
        old_priority
    from changes
    where change_number = 1
)

select
    tickets.ticket_id,
    coalesce(first_changes.old_priority, tickets.priority) as priority,
    null::timestamptz as from_at,
    first_changes.changed_at as until_at
from staging.stg_tickets as tickets
left join first_changes using (ticket_id)
union all
select
    ticket_id,
    changes.new_priority as priority,
    changes.changed_at as from_at,
    changes.until_at
from changes
inner join staging.stg_tickets using (ticket_id)
