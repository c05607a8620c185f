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
),

-- Months that today's knowledge may tell differently: service ended within the grace before their end, or a contract
-- was known only after it had begun.
months_in_doubt as (
    select
        account_id,
        unnest(
            generate_series(
                month_of(service_ends_on),
                month_of(service_ends_on + getvariable('grace_days')::integer),
                interval 1 month
            )
        )::date as month_on
    from intermediate.int_contracts_followed
    where service_ends_on <= getvariable('as_of')
    union
    select
        account_id,
        unnest(generate_series(month_of(starts_on), month_of(known_on), interval 1 month))::date as month_on
    from intermediate.int_contracts_followed
    where starts_on < known_on
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
-- Every month end in doubt as first told: known when the panel's week ends in which it lies.
select
    months_in_doubt.account_id,
    last_day(months_in_doubt.month_on) as stated_on,
    weeks.week_ending_on as known_on
from months_in_doubt
inner join intermediate.int_weeks_listed as weeks
    on weeks.week_ending_on between last_day(months_in_doubt.month_on) and last_day(months_in_doubt.month_on) + 6
union
-- Every last day of service as known today.
select
    account_id,
    service_ends_on as stated_on,
    getvariable('as_of') as known_on
from intermediate.int_contracts_followed
where service_ends_on <= getvariable('as_of')
union
-- Every day on which a ticket was created, as known today: its tier goes by it.
select
    account_id,
    created_on as stated_on,
    getvariable('as_of') as known_on
from staging.stg_tickets
