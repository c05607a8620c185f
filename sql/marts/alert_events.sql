-- One row per event that somebody is told of once: a ticket, an answer, a milestone, and the day it called for it.
with

priorities as (
    select
        tickets.ticket_id,
        tickets.account_id,
        tickets.subject,
        tickets.category,
        tickets.rca_on,
        tickets.solved_at,
        priorities.priority,
        greatest(tickets.created_on, coalesce(local_day(priorities.from_at), tickets.created_on)) as since_on
    from staging.stg_tickets as tickets
    inner join intermediate.int_ticket_priorities_dated as priorities using (ticket_id)
),

unmet as (
    select
        milestone_id,
        account_id,
        title,
        owner,
        planned_on,
        coalesce(is_critical_path, false) as is_critical_path,
        case when status = 'completed' then coalesce(actual_on, planned_on) else actual_on end as reached_on
    from staging.stg_milestones
),

events as (
    select
        account_id,
        'security_incident' as rule,
        ticket_id as subject_id,
        created_on as happened_on,
        subject as detail,
        null::varchar as owner
    from staging.stg_tickets
    where is_security
    union all by name
    select
        account_id,
        'critical_technical_ticket' as rule,
        ticket_id as subject_id,
        min(since_on) as happened_on,
        any_value(subject) as detail
    from priorities
    where priority = 'p0' and category = 'technical'
    group by account_id, ticket_id
    union all by name
    select
        account_id,
        'billing_ticket_of_high_priority' as rule,
        ticket_id as subject_id,
        min(since_on) as happened_on,
        any_value(subject) as detail
    from priorities
    where priority in ('p0', 'p1') and category = 'billing'
    group by account_id, ticket_id
    union all by name
    select
        account_id,
        'implementation_ticket_open_3_days' as rule,
        ticket_id as subject_id,
        created_on + 3 as happened_on,
        subject as detail
    from staging.stg_tickets
    where category = 'implementation' and coalesce(closed_on > created_on + 3, true)
    union all by name
    select
        account_id,
        'root_cause_analysis_overdue' as rule,
        ticket_id as subject_id,
        local_day(any_value(solved_at) + interval 24 hour) as happened_on,
        any_value(subject) as detail
    from priorities
    where
        priority = 'p0'
        and solved_at is not null
        and coalesce(rca_on > local_day(solved_at + interval 24 hour), true)
    group by account_id, ticket_id
    union all by name
    select
        account_id,
        'renewal_intent_negative' as rule,
        response_id as subject_id,
        responded_on as happened_on,
        renewal_intent as detail
    from staging.stg_survey_responses
    where renewal_intent in ('unlikely', 'decided_to_leave') and not is_anonymous
    union all by name
    select
        account_id,
        'milestone_due_in_7_days' as rule,
        milestone_id as subject_id,
        planned_on - 7 as happened_on,
        title as detail,
        owner
    from unmet
    where coalesce(reached_on > planned_on - 7, true)
    union all by name
    select
        account_id,
        'milestone_overdue' as rule,
        milestone_id as subject_id,
        planned_on + 1 as happened_on,
        title as detail,
        owner
    from unmet
    where coalesce(reached_on > planned_on, true)
    union all by name
    select
        account_id,
        'milestone_overdue_escalated' as rule,
        milestone_id as subject_id,
        case when is_critical_path then planned_on + 1 else planned_on + 8 end as happened_on,
        title as detail,
        owner
    from unmet
    where coalesce(reached_on > case when is_critical_path then planned_on else planned_on + 7 end, true)
)

select
    account_id,
    rule,
    subject_id,
    happened_on,
    detail,
    owner
from events
where
    is_known(happened_on)
    and happened_on > getvariable('as_of') - 7 * getvariable('panel_weeks')::integer
