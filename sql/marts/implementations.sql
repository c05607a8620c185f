-- One row per implementation plan started by as_of.
select *
from staging.stg_implementations
