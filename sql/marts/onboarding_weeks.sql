-- One row per plan and measured week (this_week, last_week, baseline: the seven days after go-live) with counts.
-- Trainings are those assigned by the week's end; usage is null where its feed does not reach the week.
with

weeks as (
    select
        plan_id,
        account_id,
        measured,
        ends_on,
        usage_ends_on,
        usage_ends_on is not null as has_usage
    from intermediate.int_plan_weeks_listed
),

business_days as (
    select
        weeks.plan_id,
        weeks.measured,
        count(*) filter (where is_business_day(weeks.usage_ends_on - days.ago::integer)) as business_day_count
    from weeks
    cross join range(7) as days (ago)
    where weeks.has_usage
    group by weeks.plan_id, weeks.measured
),

used as (
    select
        weeks.plan_id,
        weeks.measured,
        sum(days.active_users)::bigint as user_day_count,
        coalesce(sum(days.active_users) filter (where days.is_business_day), 0)::bigint as business_user_day_count,
        sum(days.event_count)::bigint as event_count
    from weeks
    inner join intermediate.int_usage_days_summed as days
        on
            weeks.account_id = days.account_id
            and weeks.usage_ends_on - 7 < days.used_on
            and weeks.usage_ends_on >= days.used_on
    group by weeks.plan_id, weeks.measured
),

ticket_weeks as (
    select
        weeks.plan_id,
        weeks.measured,
        tickets.created_at,
        tickets.solved_at,
        tickets.csat,
        tickets.agent_reply_count,
        tickets.reopen_count,
        tickets.created_on > weeks.ends_on - 7 as is_created,
        coalesce(tickets.solved_on between weeks.ends_on - 6 and weeks.ends_on, false) as is_solved
    from weeks
    inner join staging.stg_tickets as tickets
        on
            weeks.account_id = tickets.account_id
            and weeks.ends_on >= tickets.created_on
            and weeks.ends_on - 7 < coalesce(tickets.solved_on, weeks.ends_on)
),

asked as (
    select
        plan_id,
        measured,
        count(*) filter (where is_created) as ticket_created_count,
        count(*) filter (where is_solved) as ticket_solved_count,
        sum(date_diff('minute', created_at, solved_at)) filter (where is_solved)::bigint as resolution_minute_sum,
        count(*) filter (
            where is_solved and agent_reply_count <= 1 and coalesce(reopen_count, 0) = 0
        ) as first_contact_count,
        count(agent_reply_count) filter (where is_solved) as replies_told_count,
        sum(csat) filter (where is_solved) as csat_score_sum,
        count(csat) filter (where is_solved) as csat_answer_count
    from ticket_weeks
    group by plan_id, measured
),

answered as (
    select
        weeks.plan_id,
        weeks.measured,
        sum(responses.score) as pulse_score_sum,
        count(*) as pulse_answer_count
    from weeks
    inner join staging.stg_survey_responses as responses
        on
            weeks.account_id = responses.account_id
            and responses.survey = 'pulse'
            and weeks.ends_on - 7 < responses.responded_on
            and weeks.ends_on >= responses.responded_on
    group by weeks.plan_id, weeks.measured
),

taught as (
    select
        weeks.plan_id,
        weeks.measured,
        count(*) as training_assigned_count,
        count(*) filter (where trainings.completed_on <= weeks.ends_on) as training_completed_count,
        count(*) filter (
            where trainings.completed_on <= weeks.ends_on and trainings.completed_on > weeks.ends_on - 7
        ) as training_completed_count_7d
    from weeks
    inner join staging.stg_trainings as trainings
        on weeks.account_id = trainings.account_id and weeks.ends_on >= trainings.assigned_on
    group by weeks.plan_id, weeks.measured
)

select
    weeks.plan_id,
    weeks.account_id,
    weeks.measured,
    weeks.ends_on,
    weeks.usage_ends_on,
    business_days.business_day_count,
    case when weeks.has_usage then coalesce(used.user_day_count, 0) end as user_day_count,
    case when weeks.has_usage then coalesce(used.business_user_day_count, 0) end as business_user_day_count,
    case when weeks.has_usage then coalesce(used.event_count, 0) end as event_count,
    coalesce(asked.ticket_created_count, 0) as ticket_created_count,
    coalesce(asked.ticket_solved_count, 0) as ticket_solved_count,
    asked.resolution_minute_sum,
    coalesce(asked.first_contact_count, 0) as first_contact_count,
    coalesce(asked.replies_told_count, 0) as replies_told_count,
    asked.csat_score_sum,
    coalesce(asked.csat_answer_count, 0) as csat_answer_count,
    answered.pulse_score_sum,
    coalesce(answered.pulse_answer_count, 0) as pulse_answer_count,
    coalesce(taught.training_assigned_count, 0) as training_assigned_count,
    coalesce(taught.training_completed_count, 0) as training_completed_count,
    coalesce(taught.training_completed_count_7d, 0) as training_completed_count_7d,
    coalesce(downtime.downtime_seconds, 0) as downtime_seconds
from weeks
left join business_days using (plan_id, measured)
left join used using (plan_id, measured)
left join asked using (plan_id, measured)
left join answered using (plan_id, measured)
left join taught using (plan_id, measured)
left join intermediate.int_plan_downtime_counted as downtime using (plan_id, measured)
