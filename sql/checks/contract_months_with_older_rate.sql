-- One row per contract and month it counted in that is converted at the rate of an earlier month, as its own has none.
select
    account_id,
    contract_id,
    currency,
    month_on,
    rate_month_on
from marts.contract_months
where rate_month_on < month_on and stated_on < getvariable('as_of')
