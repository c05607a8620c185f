-- One row per currency and month up to as_of's: one unit in the reporting currency; null before the first rate.
select
    currency,
    month_on,
    rate,
    rate_month_on
from intermediate.int_rates_filled
