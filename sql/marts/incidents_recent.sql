-- One row per incident of the 365 days to as_of; without an account it hit everyone.
select
    *,
    local_day(ended_at) as ended_on
from staging.stg_incidents
where started_on > getvariable('as_of') - 365
