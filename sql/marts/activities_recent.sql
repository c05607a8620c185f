-- One row per touch point of the 180 days to as_of.
select
    activity_id,
    account_id,
    type,
    occurred_on,
    subject,
    owner,
    direction,
    was_attended,
    sentiment,
    contact_id
from staging.stg_activities
where occurred_on > getvariable('as_of') - 180
