-- One row per contract up for renewal and thing done about it since its term began: what its milestones may rest on.
-- A deal belongs to the contract it names; one that names none, to every contract of its account that was running then.
with

due as (
    select
        contract_id,
        account_id,
        starts_on
    from marts.contracts
    where is_past_due or (is_in_force and ends_on <= (getvariable('as_of') + interval 12 month)::date)
),

deals as (
    select
        due.contract_id,
        due.account_id,
        opportunities.opportunity_id,
        opportunities.stage,
        opportunities.created_on,
        opportunities.is_closed
    from due
    inner join staging.stg_opportunities as opportunities
        on
            due.account_id = opportunities.account_id
            and coalesce(due.contract_id = opportunities.contract_id, due.starts_on <= opportunities.created_on, true)
    where opportunities.type = 'renewal'
),

health_checks as (
    select
        due.contract_id,
        due.account_id,
        'health_check' as kind,
        null::varchar as detail,
        versions.last_health_check_on as happened_on,
        due.account_id as reference
    from due
    inner join staging.stg_account_versions as versions
        on due.account_id = versions.account_id and due.starts_on <= versions.last_health_check_on
    where is_known(versions.last_health_check_on)
    group by due.contract_id, due.account_id, versions.last_health_check_on
),

reviews as (
    select
        due.contract_id,
        due.account_id,
        'qbr' as kind,
        null::varchar as detail,
        qbrs.held_on as happened_on,
        qbrs.qbr_id as reference
    from due
    inner join staging.stg_qbrs as qbrs
        on due.account_id = qbrs.account_id and due.starts_on <= qbrs.held_on
),

meetings as (
    select
        due.contract_id,
        due.account_id,
        activities.type as kind,
        activities.subject as detail,
        activities.occurred_on as happened_on,
        activities.activity_id as reference
    from due
    inner join staging.stg_activities as activities
        on due.account_id = activities.account_id and due.starts_on <= activities.occurred_on
    where activities.was_attended and activities.type in ('meeting', 'call', 'qbr')
),

opened as (
    select
        contract_id,
        account_id,
        'opportunity' as kind,
        stage as detail,
        created_on as happened_on,
        opportunity_id as reference
    from deals
),

-- The stage a deal stands in is known even where its changes are not on file; then it has no date.
stages as (
    select
        deals.contract_id,
        deals.account_id,
        'stage' as kind,
        coalesce(changes.new_value, deals.stage) as detail,
        changes.changed_on as happened_on,
        deals.opportunity_id as reference
    from deals
    left join staging.stg_opportunity_changes as changes
        on deals.opportunity_id = changes.opportunity_id and changes.field = 'stage'
    where coalesce(changes.new_value, deals.stage) is not null
),

steps as (
    select
        due.contract_id,
        due.account_id,
        'task' as kind,
        coalesce(tasks.renewal_step, tasks.title) as detail,
        coalesce(tasks.created_on, tasks.completed_on) as happened_on,
        tasks.task_id as reference
    from due
    inner join staging.stg_tasks as tasks
        on due.account_id = tasks.account_id and due.starts_on <= coalesce(tasks.created_on, tasks.completed_on)
    where tasks.renewal_step is not null or tasks.title ilike '%renew%'
)

select * from health_checks
union all by name
select * from reviews
union all by name
select * from meetings
union all by name
select * from opened
union all by name
select * from stages
union all by name
select * from steps
