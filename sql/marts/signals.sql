-- One row per signal noticed by as_of.
select *
from staging.stg_signals
