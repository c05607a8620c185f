-- One row per table and account with records more than 90 days before its service began or after its last day.
with

served as (
    select
        account_id,
        min(starts_on) as first_served_on,
        max(coalesce(service_ends_on, getvariable('as_of'))) as last_served_on
    from intermediate.int_contracts_followed
    group by account_id
),

lives as (
    select
        served.account_id,
        least(served.first_served_on, accounts.customer_since_on) - 90 as opens_on,
        served.last_served_on + 90 as closes_on
    from served
    inner join staging.stg_accounts as accounts using (account_id)
),

records as (
    select
        'tickets' as table_name,
        account_id,
        created_on as told_on
    from staging.stg_tickets
    union all
    select
        'activities' as table_name,
        account_id,
        occurred_on as told_on
    from staging.stg_activities
    union all
    select
        'survey_responses' as table_name,
        account_id,
        responded_on as told_on
    from staging.stg_survey_responses
    union all
    select
        'invoices' as table_name,
        account_id,
        coalesce(issued_on, due_on) as told_on
    from staging.stg_invoices
)

select
    records.table_name,
    records.account_id,
    count(*) filter (where records.told_on < lives.opens_on) as before_count,
    count(*) filter (where records.told_on > lives.closes_on) as after_count,
    min(records.told_on) as first_on,
    max(records.told_on) as last_on
from records
inner join lives using (account_id)
where records.told_on < lives.opens_on or records.told_on > lives.closes_on
group by records.table_name, records.account_id
