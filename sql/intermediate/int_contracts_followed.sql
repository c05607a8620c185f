-- One row per contract known at as_of, with its last day of service, its renewal and the successor that follows it.
with

contracts as (
    select
        contracts.* exclude (currency),
        coalesce(contracts.currency, accounts.currency, getvariable('reporting_currency')) as currency,
        coalesce(contracts.ends_on, contracts.cancelled_on) as service_ends_on,
        contracts.ends_on + 1 as renewal_on,
        -- What stands today stands for every day since it was known.
        date '9999-12-31' as known_until
    from staging.stg_contracts as contracts
    inner join staging.stg_accounts as accounts using (account_id)
),

-- Same product (empty matches any), later start, within 30 days of the renewal.
successors as (
    select
        contracts.contract_id,
        successors.contract_id as successor_contract_id,
        successors.known_on as successor_known_on
    from contracts
    inner join contracts as successors using (account_id)
    where
        contracts.contract_id <> successors.contract_id
        and coalesce(contracts.product = successors.product, true)
        and successors.starts_on > contracts.starts_on
        and abs(successors.starts_on - contracts.renewal_on) <= 30
    qualify row_number() over (
        partition by contracts.contract_id
        order by successors.known_on, successors.starts_on, successors.contract_id
    ) = 1
)

select
    contracts.*,
    case
        when contracts.auto_renew and contracts.notice_days is not null
            then contracts.renewal_on - contracts.notice_days::integer
        else contracts.renewal_on
    end as decision_on,
    successors.successor_contract_id,
    successors.successor_known_on
from contracts
left join successors using (contract_id)
