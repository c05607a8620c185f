-- One row per person who had joined by as_of.
select *
from staging.stg_contacts
