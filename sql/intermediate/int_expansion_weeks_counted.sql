-- One row per account and week of the panel at whose end an expansion deal was open or won within 180 days.
-- A closed deal without a date of closing was never open for anyone who looks back.
with

deals as (
    select
        account_id,
        coalesce(created_on, date '0001-01-01') as created_on,
        close_on,
        is_closed,
        coalesce(is_won, false) as is_won
    from staging.stg_opportunities
    where type = 'expansion'
),

open_weeks as (
    select
        account_id,
        unnest(
            weeks_within(created_on, case when is_closed then close_on - 1 else getvariable('as_of') end)
        ) as week_ending_on,
        'open' as state
    from deals
    where not is_closed or close_on is not null
),

won_weeks as (
    select
        deals.account_id,
        days.week_ending_on,
        days.span as state
    from deals
    inner join intermediate.int_week_days_spanned as days on deals.close_on = days.day
    where deals.is_closed and deals.is_won and days.span in ('90d', '180d')
),

counting as (
    select * from open_weeks
    union all by name
    select * from won_weeks
)

select
    account_id,
    week_ending_on,
    count(*) filter (where state = 'open') as expansion_open_count,
    count(*) filter (where state = '90d') as expansion_won_count_90d,
    count(*) filter (where state = '180d') as expansion_won_count_180d
from counting
group by account_id, week_ending_on
