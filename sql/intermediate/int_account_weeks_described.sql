-- One row per surviving account and week of the panel, with the attributes valid then, else the earliest known.
with

versions as (
    select
        *,
        case
            when row_number() over (partition by account_id order by valid_from_on) = 1 then date '0001-01-01'
            else valid_from_on
        end as serves_from_on
    from staging.stg_account_versions
),

account_weeks as (
    select
        accounts.account_id,
        weeks.week_ending_on
    from staging.stg_accounts as accounts
    cross join intermediate.int_weeks_listed as weeks
)

select
    account_weeks.account_id,
    account_weeks.week_ending_on,
    versions.segment,
    versions.csm,
    versions.region,
    versions.industry,
    versions.status,
    versions.plan,
    coalesce(comparable(versions.plan), '') as plan_key,
    versions.strategic_alignment,
    versions.seats_licensed,
    versions.customer_since_on,
    account_weeks.week_ending_on < versions.valid_from_on as is_backfilled
from account_weeks
asof inner join versions
    on account_weeks.account_id = versions.account_id and account_weeks.week_ending_on >= versions.serves_from_on
