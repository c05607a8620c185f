-- One row per task created by as_of.
select *
from staging.stg_tasks
