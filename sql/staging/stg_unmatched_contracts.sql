-- One row per contract that stands and whose account nobody knows.
select
    contract_id,
    _system as system,
    namespace,
    external_id,
    starts_on,
    coalesce(ends_on, known_day(cancelled_on)) as service_ends_on,
    arr,
    coalesce(currency, getvariable('reporting_currency')) as currency
from newest_by_account('accepted.contracts')
anti join staging.stg_account_refs using (namespace, external_id)
where is_known(coalesce(signed_on, starts_on))
