-- One row per risk on record by as_of.
select *
from staging.stg_risks
