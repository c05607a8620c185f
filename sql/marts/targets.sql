-- One row per period, measure and dimension of the company's plan.
select *
from staging.stg_targets
