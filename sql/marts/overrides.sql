-- One row per account and day on which a band was set by hand.
select *
from staging.stg_overrides
