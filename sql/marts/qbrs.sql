-- One row per business review, scheduled or held.
select *
from staging.stg_qbrs
