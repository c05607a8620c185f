-- One row per plan, phase and side with hours planned and spent by as_of, and in the seven days to it.
-- Hours without a plan belong to the account's newest plan.
with

newest_plans as (
    select
        account_id,
        arg_max(plan_id, (started_on, plan_id)) as plan_id
    from staging.stg_implementations
    group by account_id
)

select
    coalesce(effort.plan_id, newest_plans.plan_id) as plan_id,
    effort.account_id,
    effort.phase,
    effort.side,
    sum(effort.planned_hours) as planned_hours,
    sum(effort.actual_hours) as actual_hours,
    sum(effort.planned_hours) filter (where effort.week_ending_on > getvariable('as_of') - 7) as planned_hours_7d,
    sum(effort.actual_hours) filter (where effort.week_ending_on > getvariable('as_of') - 7) as actual_hours_7d
from staging.stg_effort as effort
left join newest_plans using (account_id)
where coalesce(effort.plan_id, newest_plans.plan_id) is not null
group by coalesce(effort.plan_id, newest_plans.plan_id), effort.account_id, effort.phase, effort.side
