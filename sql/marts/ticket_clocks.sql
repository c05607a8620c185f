-- One row per ticket with what its SLA clocks run on: times cut to the second, the priority at each event (now while it
-- has not happened), ARR and tier on the day it was created as known today. A solution is a response.
with

tickets as (
    select
        *,
        date_trunc('second', created_at) as opened_at,
        case
            when coalesce(first_response_at, solved_at) is not null
                then date_trunc('second', greatest(created_at, least(first_response_at, solved_at)))
        end as responded_at,
        case when solved_at is not null then date_trunc('second', greatest(created_at, solved_at)) end as resolved_at
    from staging.stg_tickets
),

-- A change at the very second of an event counts as before it; what has not happened is looked at from the far future.
stretches as (
    select
        tickets.ticket_id,
        dated.priority,
        dated.until_at is null as is_now,
        date_trunc('second', coalesce(dated.from_at, tickets.created_at)) as from_at,
        date_trunc('second', dated.until_at) as until_at,
        coalesce(tickets.responded_at, timestamptz 'infinity') as responded_at,
        coalesce(tickets.resolved_at, timestamptz 'infinity') as resolved_at
    from tickets
    inner join intermediate.int_ticket_priorities_dated as dated using (ticket_id)
),

priorities as (
    select
        ticket_id,
        any_value(priority) filter (where is_now) as priority,
        any_value(priority) filter (
            where from_at <= responded_at and coalesce(until_at > responded_at, true)
        ) as response_priority,
        any_value(priority) filter (
            where from_at <= resolved_at and coalesce(until_at > resolved_at, true)
        ) as resolution_priority,
        min(from_at) filter (where priority = 'p0') as critical_at
    from stretches
    group by ticket_id
),

general_incidents as (
    select
        started_at,
        ended_at
    from staging.stg_incidents
    where account_id is null
),

general_tickets as (
    select tickets.ticket_id
    from tickets
    inner join general_incidents
        on
            tickets.created_at >= general_incidents.started_at
            and coalesce(tickets.created_at <= general_incidents.ended_at, true)
    group by tickets.ticket_id
)

select
    tickets.ticket_id,
    tickets.account_id,
    tickets.subject,
    tickets.category,
    tickets.status,
    priorities.priority,
    priorities.response_priority,
    priorities.resolution_priority,
    priorities.critical_at,
    tickets.opened_at as created_at,
    tickets.responded_at,
    tickets.resolved_at,
    tickets.created_on,
    tickets.solved_on,
    tickets.closed_on,
    month_of(tickets.created_on) as month_on,
    tickets.closed_on is not null and tickets.solved_at is null as is_undated,
    coalesce(tickets.is_sla_excluded, false) as is_excluded,
    coalesce(tickets.is_security, false) as is_security,
    coalesce(tickets.affects_go_live, false) as affects_go_live,
    general_tickets.ticket_id is not null as is_in_general_incident,
    coalesce(tickets.escalation_level, tickets.is_escalated::integer, 0)::bigint as level_now,
    tickets.reopen_count,
    tickets.agent_reply_count,
    tickets.csat,
    tickets.workaround_at,
    tickets.rca_on,
    tickets.assignee,
    tickets.record_url,
    stated.arr,
    tier_of(coalesce(stated.known_arr, 0)) as tier
from tickets
inner join priorities using (ticket_id)
left join general_tickets using (ticket_id)
left join intermediate.int_arr_stated as stated
    on
        tickets.account_id = stated.account_id
        and tickets.created_on = stated.stated_on
        and stated.known_on = getvariable('as_of')
