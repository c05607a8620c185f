-- One row per account and completed month whose ARR is not what it was when the month was first told.
with

-- With the contracts as they were loaded then, where a later load corrected one.
told as (
    select
        account_id,
        stated_on,
        known_on as told_on,
        arr as was_arr,
        is_pending as was_pending
    from intermediate.int_arr_told
    union all
    select
        stated.account_id,
        stated.stated_on,
        stated.known_on as told_on,
        stated.arr as was_arr,
        stated.is_pending as was_pending
    from intermediate.int_arr_stated as stated
    anti join intermediate.int_arr_told as corrected
        on stated.account_id = corrected.account_id and stated.stated_on = corrected.stated_on
    where stated.known_on - stated.stated_on between 0 and 6 and stated.stated_on = last_day(stated.stated_on)
),

restated as (
    select
        told.*,
        case when standing.account_id is null then 0::decimal(18, 2) else standing.arr end as is_arr,
        coalesce(standing.is_pending, false) as is_pending
    from told
    left join intermediate.int_arr_stated as standing
        on
            told.account_id = standing.account_id
            and told.stated_on = standing.stated_on
            and standing.known_on = getvariable('as_of')
    where told.was_arr is distinct from is_arr
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
),

corrections as (
    select
        restated.account_id,
        restated.stated_on,
        count(distinct versions.contract_id) as corrected_count,
        max(greatest(versions.changed_from_on, versions.changed_on)) as corrected_on
    from restated
    inner join staging.stg_contract_versions as versions using (account_id)
    where greatest(versions.changed_from_on, versions.changed_on) > restated.told_on
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
    coalesce(corrections.corrected_count, 0) as corrected_count,
    coalesce(late_contracts.late_known_on, corrections.corrected_on) as late_known_on
from restated
left join late_contracts using (account_id, stated_on)
left join corrections using (account_id, stated_on)
