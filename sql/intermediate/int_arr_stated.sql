-- One row per account, day stated for and day of knowledge: ARR in the reporting currency, grace included.
-- arr is null where a rate is unknown; known_arr is its part with a rate.
with

known_contracts as (
    select
        points.account_id,
        points.stated_on,
        points.known_on,
        contracts.contract_id,
        contracts.starts_on,
        coalesce(
            contracts.ends_on,
            case when contracts.cancelled_on <= points.known_on then contracts.cancelled_on end,
            date '9999-12-31'
        ) as service_ends_on,
        coalesce(contracts.cancelled_on <= points.known_on, false) as is_cancelled,
        contracts.arr as local_arr,
        contracts.currency
    from intermediate.int_arr_points_listed as points
    inner join intermediate.int_contracts_followed as contracts
        on points.account_id = contracts.account_id and points.known_on >= contracts.known_on
),

services as (
    select
        account_id,
        stated_on,
        known_on,
        count(*) filter (where stated_on between starts_on and service_ends_on) as in_force_count,
        count(*) filter (where starts_on <= stated_on) as started_count,
        max(service_ends_on) filter (where service_ends_on between starts_on and stated_on - 1) as last_served_on,
        max(service_ends_on) filter (
            where service_ends_on between starts_on and stated_on - 1 and not is_cancelled
        ) as last_uncancelled_on,
        min(starts_on) filter (where starts_on > stated_on) as next_served_on
    from known_contracts
    group by account_id, stated_on, known_on
),

-- Grace: grace_days (30) without service are carried, one more is not; an open gap only while nobody has left.
graced as (
    select
        services.*,
        coalesce(statuses.status, '') = 'churned' as is_recorded_churned,
        case
            when services.next_served_on is not null
                then services.next_served_on - services.last_served_on - 1 <= getvariable('grace_days')
            else
                services.known_on - services.last_served_on <= getvariable('grace_days')
                and coalesce(services.last_uncancelled_on = services.last_served_on, false)
                and coalesce(statuses.status, '') <> 'churned'
        end as is_in_grace
    from services
    inner join intermediate.int_account_weeks_described as statuses
        on services.account_id = statuses.account_id and services.known_on = statuses.week_ending_on
),

served as (
    select
        *,
        in_force_count = 0 and coalesce(is_in_grace, false) as is_pending,
        case
            when in_force_count > 0 then stated_on
            when is_in_grace then last_served_on
        end as served_on
    from graced
),

converted_contracts as (
    select
        known_contracts.account_id,
        known_contracts.stated_on,
        known_contracts.known_on,
        converted(known_contracts.local_arr, rates.rate) as arr
    from known_contracts
    inner join served using (account_id, stated_on, known_on)
    left join intermediate.int_rates_filled as rates
        on known_contracts.currency = rates.currency and month_of(known_contracts.stated_on) = rates.month_on
    where served.served_on between known_contracts.starts_on and known_contracts.service_ends_on
),

sums as (
    select
        account_id,
        stated_on,
        known_on,
        count(*) = count(arr) as is_complete,
        coalesce(sum(arr), 0)::decimal(18, 2) as known_arr
    from converted_contracts
    group by account_id, stated_on, known_on
),

amounts as (
    select
        points.account_id,
        points.stated_on,
        points.known_on,
        case when coalesce(sums.is_complete, true) then coalesce(sums.known_arr, 0) end as arr,
        coalesce(sums.known_arr, 0) as known_arr,
        coalesce(served.is_pending, false) as is_pending,
        coalesce(served.in_force_count, 0) as in_force_count,
        coalesce(served.started_count, 0) as started_count,
        coalesce(served.is_recorded_churned, false) as is_recorded_churned,
        served.last_served_on,
        served.next_served_on
    from intermediate.int_arr_points_listed as points
    left join served using (account_id, stated_on, known_on)
    left join sums using (account_id, stated_on, known_on)
)

select
    account_id,
    stated_on,
    known_on,
    arr,
    known_arr,
    case when is_pending then arr else 0::decimal(18, 2) end as arr_pending,
    is_pending,
    in_force_count,
    -- In force, carried, of 0 ARR, or ended within the grace and not recorded churned.
    in_force_count > 0
    or is_pending
    or coalesce(stated_on - last_served_on <= getvariable('grace_days') and not is_recorded_churned, false)
        as is_scored,
    in_force_count = 0 and not is_pending and last_served_on is not null as has_left,
    last_served_on,
    next_served_on
from amounts
