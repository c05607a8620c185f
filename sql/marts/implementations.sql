-- One row per implementation plan started by as_of; amounts in the reporting currency at as_of's month.
-- The contract it follows is the last that began by the plan's start, else the account's first.
with

contracts as (
    select
        plans.plan_id,
        coalesce(
            max(contracts.starts_on) filter (where contracts.starts_on <= plans.started_on),
            min(contracts.starts_on)
        ) as contract_started_on
    from staging.stg_implementations as plans
    inner join staging.stg_contracts as contracts using (account_id)
    group by plans.plan_id
)

select
    plans.*,
    converted(plans.budget, rates.rate) as budget_amount,
    converted(plans.spent, rates.rate) as spent_amount,
    contracts.contract_started_on
from staging.stg_implementations as plans
inner join staging.stg_accounts as accounts using (account_id)
left join contracts using (plan_id)
left join intermediate.int_rates_filled as rates
    on
        coalesce(plans.currency, accounts.currency, getvariable('reporting_currency')) = rates.currency
        and month_of(getvariable('as_of')) = rates.month_on
