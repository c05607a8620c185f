-- One row per account and week of the panel with downtime in its last 30 days; account_id is null for everyone
-- without an incident of their own. Overlapping incidents count once, a running one until the week's end.
with

windows as (
    select
        week_ending_on,
        end_of_day(week_ending_on - 30) as opens_at,
        end_of_day(week_ending_on) as closes_at
    from intermediate.int_weeks_listed
),

incidents as (
    select
        incidents.account_id,
        windows.week_ending_on,
        greatest(incidents.started_at, windows.opens_at) as began_at,
        least(
            case when incidents.ended_at <= windows.closes_at then incidents.ended_at else windows.closes_at end,
            windows.closes_at
        ) as ended_at
    from staging.stg_incidents as incidents
    inner join windows
        on
            incidents.started_at < windows.closes_at
            and (incidents.ended_at is null or incidents.ended_at > windows.opens_at)
),

-- Whoever had an incident of their own also had everyone's.
sufferers as (
    select
        account_id,
        week_ending_on
    from incidents
    group by account_id, week_ending_on
),

suffered as (
    select
        sufferers.account_id,
        sufferers.week_ending_on,
        incidents.began_at,
        incidents.ended_at
    from sufferers
    inner join incidents using (week_ending_on)
    where incidents.account_id is null or incidents.account_id = sufferers.account_id
),

-- Each instant counts once: a stretch begins where the latest end so far is over.
uncovered as (
    select
        account_id,
        week_ending_on,
        ended_at,
        greatest(
            began_at,
            coalesce(
                max(ended_at) over (
                    partition by account_id, week_ending_on
                    order by began_at, ended_at
                    rows between unbounded preceding and 1 preceding
                ),
                began_at
            )
        ) as began_at
    from suffered
)

select
    account_id,
    week_ending_on,
    (sum(greatest(epoch_us(ended_at) - epoch_us(began_at), 0)) // 1000000)::bigint as downtime_seconds_30d
from uncovered
group by account_id, week_ending_on
