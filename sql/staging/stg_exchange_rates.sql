-- One row per currency and month: what one unit was worth in the reporting currency.
select
    currency,
    month_of(month_on) as month_on,
    rate_to_reporting
from newest('accepted.exchange_rates')
where is_known(month_of(month_on)) and currency <> getvariable('reporting_currency')
qualify row_number() over (
    partition by currency, month_of(month_on)
    order by _extracted_at desc, month_on desc, _owner_rank asc, _row_hash asc
) = 1
