-- One row per business goal.
select *
from staging.stg_goals
