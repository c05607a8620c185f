-- One row per account and week with a written status.
select *
from staging.stg_status_notes
