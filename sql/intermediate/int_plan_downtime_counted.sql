-- One row per plan and measured week with downtime; overlapping incidents count once, a running one until its end.
with

windows as (
    select
        plan_id,
        account_id,
        measured,
        end_of_day(ends_on - 7) as opens_at,
        end_of_day(ends_on) as closes_at
    from intermediate.int_plan_weeks_listed
),

suffered as (
    select
        windows.plan_id,
        windows.measured,
        greatest(incidents.started_at, windows.opens_at) as began_at,
        least(coalesce(incidents.ended_at, windows.closes_at), windows.closes_at) as ended_at
    from windows
    inner join staging.stg_incidents as incidents
        on
            windows.closes_at > incidents.started_at
            and coalesce(windows.opens_at < incidents.ended_at, true)
            and coalesce(windows.account_id = incidents.account_id, true)
),

-- Each instant counts once: a stretch begins where the latest end so far is over.
uncovered as (
    select
        plan_id,
        measured,
        ended_at,
        greatest(
            began_at,
            coalesce(
                max(ended_at) over (
                    partition by plan_id, measured
                    order by began_at, ended_at
                    rows between unbounded preceding and 1 preceding
                ),
                began_at
            )
        ) as began_at
    from suffered
)

select
    plan_id,
    measured,
    (sum(greatest(epoch_us(ended_at) - epoch_us(began_at), 0)) // 1000000)::bigint as downtime_seconds
from uncovered
group by plan_id, measured
