-- One row per deal created by as_of; amount in the reporting currency at as_of's month.
select
    opportunities.opportunity_id,
    opportunities.account_id,
    opportunities.opportunity_name,
    opportunities.type,
    opportunities.stage,
    converted(opportunities.amount, rates.rate) as amount,
    opportunities.amount as amount_local,
    rates.currency,
    opportunities.probability_pct,
    opportunities.forecast_category,
    opportunities.created_on,
    opportunities.close_on,
    opportunities.is_closed,
    opportunities.is_won,
    opportunities.owner,
    opportunities.contract_id,
    opportunities.record_url
from staging.stg_opportunities as opportunities
inner join staging.stg_accounts as accounts using (account_id)
left join intermediate.int_rates_filled as rates
    on
        coalesce(opportunities.currency, accounts.currency, getvariable('reporting_currency')) = rates.currency
        and month_of(getvariable('as_of')) = rates.month_on
