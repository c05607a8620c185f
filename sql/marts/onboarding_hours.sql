-- One row per plan, phase and side with hours planned and spent by as_of, and in the seven days to it.
-- Hours without a plan belong to the account's newest plan.
with

newest_plans as (
    select
        account_id,
        arg_max(plan_id, (started_on, plan_id)) as plan_id
    from staging.stg_implementations
    group by account_id
),

-- Exact hours, so that a sum does not depend on the order of its rows.
effort as (
    select
        account_id,
        plan_id,
        phase,
        side,
        planned_hours::decimal(18, 4) as planned_hours,
        actual_hours::decimal(18, 4) as actual_hours,
        week_ending_on > getvariable('as_of') - 7 as is_this_week
    from staging.stg_effort
)

select
    coalesce(effort.plan_id, newest_plans.plan_id) as plan_id,
    effort.account_id,
    effort.phase,
    effort.side,
    sum(effort.planned_hours)::double as planned_hours,
    sum(effort.actual_hours)::double as actual_hours,
    (sum(effort.planned_hours) filter (where effort.is_this_week))::double as planned_hours_7d,
    (sum(effort.actual_hours) filter (where effort.is_this_week))::double as actual_hours_7d
from effort
left join newest_plans using (account_id)
where coalesce(effort.plan_id, newest_plans.plan_id) is not null
group by coalesce(effort.plan_id, newest_plans.plan_id), effort.account_id, effort.phase, effort.side
