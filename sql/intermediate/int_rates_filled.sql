-- One row per currency and month up to as_of's: the month's rate, else the latest earlier one, else null.
with

currencies as (
    select currency from staging.stg_exchange_rates
    union
    select currency from staging.stg_contracts
    where currency is not null
    union
    select currency from staging.stg_opportunities
    where currency is not null
    union
    select currency from staging.stg_accounts
    where currency is not null
    union
    select getvariable('reporting_currency') as currency
),

first_month as (
    select
        least(
            month_of(min(starts_on)),
            month_of(getvariable('as_of') - 7 * getvariable('panel_weeks')::integer)
        ) as month_on
    from staging.stg_contracts
),

months as (
    select unnest(generate_series(month_on, month_of(getvariable('as_of')), interval 1 month))::date as month_on
    from first_month
),

wanted as (
    select
        currencies.currency,
        months.month_on
    from currencies
    cross join months
)

select
    wanted.currency,
    wanted.month_on,
    case
        when wanted.currency = getvariable('reporting_currency') then 1::decimal(18, 8)
        else rates.rate_to_reporting
    end as rate,
    case
        when wanted.currency = getvariable('reporting_currency') then wanted.month_on
        else rates.month_on
    end as rate_month_on
from wanted
asof left join staging.stg_exchange_rates as rates
    on wanted.currency = rates.currency and wanted.month_on >= rates.month_on
