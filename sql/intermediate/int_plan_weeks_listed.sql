-- One row per plan and week that is measured: the seven days to as_of, the seven before, and the seven after go-live.
-- Usage reaches to its newest day, so its seven days may end earlier; they are null where its feed does not reach.
with

newest as (
    select
        newest_on,
        first_on
    from intermediate.int_feed_weeks_dated
    where feed = 'usage' and week_ending_on = getvariable('as_of')
),

weeks as (
    select
        plan_id,
        account_id,
        'this_week' as measured,
        getvariable('as_of') as ends_on
    from staging.stg_implementations
    union all by name
    select
        plan_id,
        account_id,
        'last_week' as measured,
        getvariable('as_of') - 7 as ends_on
    from staging.stg_implementations
    union all by name
    select
        plan_id,
        account_id,
        'baseline' as measured,
        went_live_on + 7 as ends_on
    from staging.stg_implementations
    where went_live_on + 7 <= getvariable('as_of')
)

select
    weeks.plan_id,
    weeks.account_id,
    weeks.measured,
    weeks.ends_on,
    case
        when weeks.measured = 'this_week' then newest.newest_on
        when weeks.measured = 'last_week' then newest.newest_on - 7
        when weeks.ends_on <= newest.newest_on and weeks.ends_on - 7 >= newest.first_on - 1 then weeks.ends_on
    end as usage_ends_on
from weeks
left join newest on true
