-- One row per contract with ARR and month at whose close it counts, as known today: in force on the day, or carried
-- through the grace at its last day of service. The running month closes at as_of; arr is null where no rate is known.
with

closings as (
    select
        account_id,
        stated_on,
        is_pending,
        case when is_pending then last_served_on else stated_on end as served_on
    from intermediate.int_arr_stated
    where
        known_on = getvariable('as_of')
        and stated_on = least(last_day(stated_on), getvariable('as_of'))
        and (in_force_count > 0 or is_pending)
)

select
    contracts.contract_id,
    contracts.account_id,
    contracts.product,
    month_of(closings.stated_on) as month_on,
    closings.stated_on,
    contracts.currency,
    contracts.arr as arr_local,
    rates.rate_month_on,
    converted(contracts.arr, rates.rate) as arr,
    closings.is_pending
from closings
inner join intermediate.int_contracts_followed as contracts
    on
        closings.account_id = contracts.account_id
        and closings.served_on >= contracts.starts_on
        and coalesce(closings.served_on <= contracts.service_ends_on, true)
left join intermediate.int_rates_filled as rates
    on contracts.currency = rates.currency and month_of(closings.stated_on) = rates.month_on
where contracts.arr > 0
