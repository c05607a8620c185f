-- One row per contract in force that is called cancelled without the day notice was served; only a dated one ends.
select
    contract_id,
    account_id,
    status,
    ends_on
from marts.contracts
where is_in_force and status = 'cancelled' and cancelled_on is null
