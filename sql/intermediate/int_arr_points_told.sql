-- One row per account and completed month end that was told before a later load corrected a contract of the account:
-- told when the panel's week ends in which it lies.
with

corrected_accounts as (
    select
        account_id,
        min(starts_on) as first_on,
        greatest(max(changed_from_on), max(changed_on)) as corrected_on
    from staging.stg_contract_versions
    group by account_id
    having corrected_on is not null
),

month_ends as (
    select
        account_id,
        corrected_on,
        last_day(
            unnest(generate_series(month_of(first_on), month_of(getvariable('as_of')), interval 1 month))::date
        ) as stated_on
    from corrected_accounts
)

select
    month_ends.account_id,
    month_ends.stated_on,
    weeks.week_ending_on as known_on
from month_ends
inner join intermediate.int_weeks_listed as weeks
    on weeks.week_ending_on between month_ends.stated_on and month_ends.stated_on + 6
where weeks.week_ending_on < month_ends.corrected_on
