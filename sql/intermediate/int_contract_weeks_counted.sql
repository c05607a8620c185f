-- One row per account and week of the panel with a contract on its mind: in force, ending, cancelled.
with

known_weeks as (
    select
        contracts.account_id,
        weeks.week_ending_on,
        contracts.starts_on,
        contracts.ends_on,
        contracts.seats,
        coalesce(
            contracts.ends_on,
            case when contracts.cancelled_on <= weeks.week_ending_on then contracts.cancelled_on end,
            date '9999-12-31'
        ) as service_ends_on,
        coalesce(contracts.cancelled_on <= weeks.week_ending_on, false) as is_cancelled,
        coalesce(contracts.successor_known_on <= weeks.week_ending_on, false) as has_signed_successor
    from intermediate.int_contracts_followed as contracts
    cross join intermediate.int_weeks_listed as weeks
    where
        weeks.week_ending_on >= contracts.known_on
        and weeks.week_ending_on >= contracts.starts_on
        and weeks.week_ending_on
        <= coalesce(contracts.service_ends_on, date '9999-01-01') + getvariable('grace_days')::integer
),

placed as (
    select
        *,
        week_ending_on <= service_ends_on as is_in_force
    from known_weeks
)

select
    account_id,
    week_ending_on,
    count(*) filter (where is_in_force) as contract_in_force_count,
    count(*) filter (
        where is_in_force and ends_on <= week_ending_on + 90 and not has_signed_successor
    ) as contract_ending_90d_count,
    count(*) filter (where is_cancelled and not has_signed_successor) as contract_notice_count,
    sum(seats) filter (where is_in_force)::bigint as seats
from placed
group by account_id, week_ending_on
