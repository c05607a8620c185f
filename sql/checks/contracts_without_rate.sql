-- One row per contract in force whose ARR is unknown because no exchange rate reaches as_of's month.
select
    contract_id,
    account_id,
    currency,
    arr_local
from marts.contracts
where is_in_force and arr is null
