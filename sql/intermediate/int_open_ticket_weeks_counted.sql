-- One row per account and week of the panel at whose end a ticket was open, by the priority it had then.
with

open_weeks as (
    select
        ticket_id,
        account_id,
        created_at,
        unnest(weeks_within(created_on, coalesce(closed_on - 1, getvariable('as_of')))) as week_ending_on
    from staging.stg_tickets
),

dated as (
    select
        *,
        end_of_day(week_ending_on) as week_ended_at
    from open_weeks
),

prioritised as (
    select
        dated.account_id,
        dated.week_ending_on,
        priorities.priority,
        dated.week_ended_at > dated.created_at + interval 48 hour as is_over_48h
    from dated
    inner join intermediate.int_ticket_priorities_dated as priorities
        on
            dated.ticket_id = priorities.ticket_id
            and (priorities.from_at is null or dated.week_ended_at > priorities.from_at)
            and (priorities.until_at is null or dated.week_ended_at <= priorities.until_at)
)

select
    account_id,
    week_ending_on,
    count(*) as open_ticket_count,
    count(*) filter (where priority in ('p0', 'p1')) as open_p0_p1_count,
    count(*) filter (where priority = 'p0' and is_over_48h) as open_p0_over_48h_count
from prioritised
group by account_id, week_ending_on
