-- One row per account and week of the panel with an implementation over 14 days behind its original go-live.
with

plans as (
    select
        account_id,
        started_on,
        original_go_live_on,
        target_go_live_on,
        went_live_on
    from staging.stg_implementations
),

-- Not live yet: late by its target from the start, by the calendar from the fifteenth day on.
waiting as (
    select
        account_id,
        unnest(
            weeks_within(
                case
                    when target_go_live_on > original_go_live_on + 14 then started_on
                    else greatest(started_on, original_go_live_on + 15)
                end,
                coalesce(went_live_on - 1, getvariable('as_of'))
            )
        ) as week_ending_on
    from plans
),

-- Live, late: until 90 days after.
live as (
    select
        account_id,
        unnest(weeks_within(went_live_on, went_live_on + 89)) as week_ending_on
    from plans
    where went_live_on > original_go_live_on + 14
),

counting as (
    select * from waiting
    union all by name
    select * from live
)

select
    account_id,
    week_ending_on,
    count(*) as implementation_delayed_count
from counting
group by account_id, week_ending_on
