-- One row per account and week of the panel in which something that is counted to date began.
with

begun as (
    select
        account_id,
        'training_assigned' as measure,
        assigned_on as begun_on
    from staging.stg_trainings
    union all
    select
        account_id,
        'training_completed' as measure,
        greatest(assigned_on, completed_on) as begun_on
    from staging.stg_trainings
    where completed_on is not null
    union all
    select
        account_id,
        'webinar' as measure,
        occurred_on as begun_on
    from staging.stg_activities
    where type = 'webinar'
    union all
    select
        account_id,
        'contact' as measure,
        coalesce(joined_on, date '0001-01-01') as begun_on
    from staging.stg_contacts
)

select
    account_id,
    week_of(begun_on) as week_ending_on,
    count(*) filter (where measure = 'training_assigned') as training_assigned_count,
    count(*) filter (where measure = 'training_completed') as training_completed_count,
    count(*) filter (where measure = 'webinar') as webinar_count,
    count(*) filter (where measure = 'contact') as contact_count
from begun
group by account_id, week_of(begun_on)
