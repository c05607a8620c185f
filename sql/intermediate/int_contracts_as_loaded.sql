-- One row per version of a contract of the accounts for which a later load told other terms: what was known when.
-- The first version of a contract serves for the days before it was loaded.
with

corrections as (
    select account_id
    from staging.stg_contract_versions
    where changed_from_on is not null or changed_on is not null
    group by account_id
)

select
    versions.contract_id,
    versions.account_id,
    versions.starts_on,
    versions.ends_on,
    versions.cancelled_on,
    versions.arr,
    coalesce(versions.currency, accounts.currency, getvariable('reporting_currency')) as currency,
    versions.loaded_on,
    case
        when versions.loaded_on = min(versions.loaded_on) over (partition by versions.contract_id)
            then versions.known_on
        else greatest(versions.known_on, versions.loaded_on)
    end as known_on,
    versions.known_until
from staging.stg_contract_versions as versions
inner join corrections using (account_id)
inner join staging.stg_accounts as accounts using (account_id)
