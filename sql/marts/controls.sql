-- One row per month, measure and segment of finance's own figures.
select
    month_on,
    measure,
    segment,
    amount,
    source
from staging.stg_controls
where is_known(month_on)
