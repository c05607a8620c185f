-- One row per pair of contracts of one account with the same product and amount that overlap: ARR counts twice.
select
    earlier.account_id,
    earlier.product,
    earlier.contract_id as earlier_contract_id,
    later.contract_id as later_contract_id,
    later.starts_on as overlaps_from_on
from intermediate.int_contracts_followed as earlier
inner join intermediate.int_contracts_followed as later
    on
        earlier.account_id = later.account_id
        and coalesce(earlier.product, '') = coalesce(later.product, '')
        and earlier.arr = later.arr
        and earlier.currency = later.currency
        and (earlier.starts_on, earlier.contract_id) < (later.starts_on, later.contract_id)
where earlier.arr > 0 and coalesce(earlier.service_ends_on >= later.starts_on, true)
