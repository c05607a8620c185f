-- One row per feed and day that dates any of its rows, whether or not the account is known.
with

dated as (
    select
        'usage' as feed,
        used_on as told_on
    from accepted.usage_daily
    where not coalesce(_is_deleted, false)
    union all
    select
        'usage' as feed,
        used_on as told_on
    from accepted.usage_user_days
    union all
    select
        'tickets' as feed,
        unnest([local_day(created_at), local_day(greatest(created_at, solved_at))]) as told_on
    from newest('accepted.tickets')
    union all
    select
        'invoices' as feed,
        unnest([coalesce(issued_on, due_on), greatest(coalesce(issued_on, due_on), paid_on)]) as told_on
    from newest('accepted.invoices')
    union all
    select
        'trainings' as feed,
        unnest([assigned_on, greatest(assigned_on, completed_on)]) as told_on
    from newest('accepted.trainings')
    union all
    select
        'activities' as feed,
        local_day(occurred_at) as told_on
    from newest('accepted.activities')
    union all
    select
        'survey_invitations' as feed,
        local_day(sent_at) as told_on
    from newest('accepted.survey_invitations')
    union all
    select
        'survey_responses' as feed,
        local_day(responded_at) as told_on
    from newest('accepted.survey_responses')
    union all
    select
        'qbrs' as feed,
        unnest([scheduled_on, held_on]) as told_on
    from newest('accepted.qbrs')
    union all
    select
        'contracts' as feed,
        coalesce(signed_on, starts_on) as told_on
    from newest('accepted.contracts')
    union all
    select
        'opportunities' as feed,
        created_on as told_on
    from newest('accepted.opportunities')
    union all
    select
        'opportunity_changes' as feed,
        local_day(changed_at) as told_on
    from newest('accepted.opportunity_changes')
    union all
    select
        'contacts' as feed,
        joined_on as told_on
    from newest('accepted.contacts')
    union all
    select
        'users' as feed,
        activated_on as told_on
    from newest('accepted.users')
    union all
    select
        'limits' as feed,
        measured_on as told_on
    from newest('accepted.limits')
    union all
    select
        'features' as feed,
        released_on as told_on
    from newest('accepted.features')
    union all
    select
        'ticket_changes' as feed,
        local_day(changed_at) as told_on
    from newest('accepted.ticket_changes')
    union all
    select
        'implementations' as feed,
        started_on as told_on
    from newest('accepted.implementations')
    union all
    select
        'risks' as feed,
        created_on as told_on
    from newest('accepted.risks')
    union all
    select
        'tasks' as feed,
        created_on as told_on
    from newest('accepted.tasks')
    union all
    select
        'effort' as feed,
        week_ending_on as told_on
    from newest('accepted.effort')
    union all
    select
        'status_notes' as feed,
        week_ending_on as told_on
    from newest('accepted.status_notes')
    union all
    select
        'incidents' as feed,
        local_day(started_at) as told_on
    from newest('accepted.incidents')
    union all
    select
        'signals' as feed,
        occurred_on as told_on
    from newest('accepted.signals')
    union all
    select
        'feedback_items' as feed,
        received_on as told_on
    from newest('accepted.feedback_items')
    union all
    select
        'overrides' as feed,
        made_on as told_on
    from newest('accepted.overrides')
    union all
    select
        'exchange_rates' as feed,
        month_on as told_on
    from newest('accepted.exchange_rates')
)

select
    feed,
    told_on
from dated
where told_on <= getvariable('as_of')
group by feed, told_on
