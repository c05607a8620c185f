-- One row per account and week of the panel with a contract that is in force or past due, and what is risky about it.
with

known_weeks as (
    select
        contracts.contract_id,
        contracts.account_id,
        weeks.week_ending_on,
        contracts.starts_on,
        contracts.ends_on,
        contracts.decision_on,
        contracts.price_increase_pct,
        contracts.successor_contract_id,
        coalesce(contracts.cancelled_on <= weeks.week_ending_on, false) as is_cancelled,
        coalesce(contracts.successor_known_on <= weeks.week_ending_on, false) as has_signed_successor,
        weeks.week_ending_on <= coalesce(
            contracts.ends_on,
            case when contracts.cancelled_on <= weeks.week_ending_on then contracts.cancelled_on end,
            date '9999-12-31'
        ) as is_in_force
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
        known_weeks.*,
        not known_weeks.is_in_force
        and known_weeks.ends_on is not null
        and not known_weeks.is_cancelled
        and not known_weeks.has_signed_successor
        and coalesce(described.status <> 'churned', true) as is_past_due,
        statuses.status,
        greatest(
            known_weeks.price_increase_pct,
            case when known_weeks.has_signed_successor then successors.price_increase_pct end
        ) as price_increase_pct_ahead
    from known_weeks
    inner join intermediate.int_account_weeks_described as described using (account_id, week_ending_on)
    left join staging.stg_contract_statuses as statuses
        on
            known_weeks.contract_id = statuses.contract_id
            and known_weeks.week_ending_on >= statuses.from_on
            and (statuses.until_on is null or known_weeks.week_ending_on < statuses.until_on)
    left join staging.stg_contracts as successors
        on known_weeks.successor_contract_id = successors.contract_id
)

select
    account_id,
    week_ending_on,
    count(*) filter (where is_past_due) as contract_past_due_count,
    count(*) filter (
        where (is_in_force or is_past_due) and status in ('disputed', 'in_negotiation')
    ) as contract_disputed_count,
    max(price_increase_pct_ahead) filter (where is_in_force or is_past_due) as price_increase_pct,
    count(*) filter (
        where
        (is_in_force or is_past_due) and ends_on >= (starts_on + interval 24 month - interval 1 day)::date
    ) as contract_multi_year_count,
    min(ends_on) filter (where is_in_force and not has_signed_successor) as contract_next_ends_on,
    min(decision_on) filter (
        where (is_in_force or is_past_due) and not has_signed_successor and ends_on is not null
    ) as contract_next_decision_on
from placed
group by account_id, week_ending_on
