-- One row per milestone.
select *
from staging.stg_milestones
