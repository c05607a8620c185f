-- One row per account and completed month whose ARR is not what it was when the month was first told.
with

told as (
    select
        account_id,
        stated_on,
        known_on as told_on,
        arr as was_arr,
        is_pending as was_pending
    from intermediate.int_arr_stated
    where known_on - stated_on between 0 and 6 and stated_on = last_day(stated_on)
),

restated as (
    select
        told.*,
        standing.arr as is_arr,
        standing.is_pending
    from told
    inner join intermediate.int_arr_stated as standing
        on
            told.account_id = standing.account_id
            and told.stated_on = standing.stated_on
            and standing.known_on = getvariable('as_of')
    where told.was_arr is distinct from standing.arr
),

late_contracts as (
    select
        restated.account_id,
        restated.stated_on,
        count(*) as late_contract_count,
        max(contracts.known_on) as late_known_on
    from restated
    inner join intermediate.int_contracts_followed as contracts using (account_id)
    where contracts.starts_on <= restated.stated_on and contracts.known_on > restated.told_on
    group by restated.account_id, restated.stated_on
)

select
    restated.account_id,
    month_of(restated.stated_on) as month_on,
    restated.told_on,
    restated.was_arr,
    restated.is_arr,
    restated.was_pending,
    restated.is_pending,
    coalesce(late_contracts.late_contract_count, 0) as late_contract_count,
    late_contracts.late_known_on
from restated
left join late_contracts using (account_id, stated_on)
