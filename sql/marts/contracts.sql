-- One row per contract known at as_of.
select
    contracts.contract_id,
    contracts.account_id,
    contracts.product,
    contracts.starts_on,
    contracts.ends_on,
    contracts.renewal_on,
    contracts.decision_on,
    contracts.service_ends_on,
    contracts.arr as arr_local,
    contracts.currency,
    converted(contracts.arr, rates.rate) as arr,
    contracts.seats,
    contracts.billing_period,
    contracts.auto_renew,
    contracts.notice_days,
    contracts.status,
    contracts.signed_on,
    contracts.known_on,
    contracts.cancelled_on,
    contracts.churn_reason,
    contracts.price_increase_pct,
    contracts.starts_on <= getvariable('as_of')
    and coalesce(contracts.service_ends_on >= getvariable('as_of'), true) as is_in_force,
    coalesce(
        contracts.ends_on < getvariable('as_of')
        and contracts.successor_contract_id is null
        and contracts.cancelled_on is null
        and coalesce(accounts.status, '') <> 'churned'
        and getvariable('as_of') - contracts.ends_on <= getvariable('grace_days'),
        false
    ) as is_past_due,
    contracts.successor_contract_id is not null as has_signed_successor,
    contracts.successor_contract_id,
    contracts.successor_known_on
from intermediate.int_contracts_followed as contracts
inner join staging.stg_accounts as accounts using (account_id)
left join intermediate.int_rates_filled as rates
    on contracts.currency = rates.currency and month_of(getvariable('as_of')) = rates.month_on
