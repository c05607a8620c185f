-- One row per week of the panel: it ends at as_of, as_of - 7, ...
with

weeks as (
    select getvariable('as_of') - (7 * unnest(range(getvariable('panel_weeks'))))::integer as week_ending_on
)

select
    week_ending_on,
    week_ending_on = getvariable('as_of') as is_latest
from weeks
