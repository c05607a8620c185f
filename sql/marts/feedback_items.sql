-- One row per piece of feedback received by as_of.
select *
from staging.stg_feedback_items
