-- One row per contract that counted in closed months before its currency's first rate: its ARR then is not known.
select
    account_id,
    contract_id,
    currency,
    min(month_on) as first_month_on,
    max(month_on) as last_month_on,
    count(*) as month_count
from marts.contract_months
where arr is null and stated_on < getvariable('as_of')
group by account_id, contract_id, currency
