-- One row per ticket created by as_of; one that was solved later is open and unrated.
-- A ticket that is solved without a date never counts as open: closed_on is then the day it was created.
with

tickets as (
    select
        * exclude (status, csat),
        local_day(created_at) as created_on,
        known_day(local_day(solved_at)) as solved_on,
        is_known(local_day(solved_at)) as is_outcome_known,
        status in ('solved', 'closed') as is_done,
        status as status_now,
        csat as csat_now
    from newest_by_account('accepted.tickets')
    inner join staging.stg_account_refs using (namespace, external_id)
    where is_known(local_day(created_at))
    qualify _owner_rank = min(_owner_rank) over (partition by account_id)
)

select
    ticket_id,
    account_id,
    subject,
    category,
    priority,
    case when is_done and not is_outcome_known then 'open' else status_now end as status,
    created_at,
    known_instant(first_response_at) as first_response_at,
    known_instant(solved_at) as solved_at,
    case when is_outcome_known then csat_now end as csat,
    reopen_count,
    is_escalated,
    escalation_level,
    requester_email,
    person_name(_system, assignee) as assignee,
    agent_reply_count,
    known_instant(workaround_at) as workaround_at,
    known_day(rca_on) as rca_on,
    is_security,
    is_sla_excluded,
    affects_go_live,
    record_url,
    created_on,
    solved_on,
    case when is_done and solved_at is null then created_on else solved_on end as closed_on,
    case when is_outcome_known then coalesce(solved_on, created_on) end as rated_on
from tickets
