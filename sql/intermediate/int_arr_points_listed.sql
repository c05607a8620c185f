-- One row per account, day stated for and day of knowledge: what ARR is asked for.
with

account_months as (
    select
        account_id,
        unnest(
            generate_series(month_of(min(starts_on)), month_of(getvariable('as_of')), interval 1 month)
        )::date as month_on
    from staging.stg_contracts
    group by account_id
)

-- Every week of the panel as known then.
select
    account_id,
    week_ending_on as stated_on,
    week_ending_on as known_on
from intermediate.int_account_weeks_described
union
-- Every month end as known today, the running month at as_of.
select
    account_id,
    least(last_day(month_on), getvariable('as_of')) as stated_on,
    getvariable('as_of') as known_on
from account_months
union
-- Every last day of service as known today.
select
    account_id,
    service_ends_on as stated_on,
    getvariable('as_of') as known_on
from intermediate.int_contracts_followed
where service_ends_on <= getvariable('as_of')
