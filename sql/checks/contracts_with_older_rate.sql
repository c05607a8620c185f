-- One row per contract in force that is converted at the rate of an earlier month, because as_of's has none.
select
    contracts.contract_id,
    contracts.account_id,
    contracts.currency,
    rates.month_on,
    rates.rate_month_on
from marts.contracts as contracts
inner join intermediate.int_rates_filled as rates using (currency)
where
    contracts.is_in_force
    and rates.month_on = month_of(getvariable('as_of'))
    and rates.rate_month_on < rates.month_on
