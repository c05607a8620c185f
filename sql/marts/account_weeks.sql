-- One row per surviving account and week of the panel, as known at that week's end.
-- Counts without a row behind them are 0; which of them are unknown is for the feed's state to say.
with

described as (
    select
        weeks.*,
        stated.arr,
        stated.known_arr,
        stated.arr_pending,
        stated.is_scored
    from intermediate.int_account_weeks_described as weeks
    inner join intermediate.int_arr_stated as stated
        on
            weeks.account_id = stated.account_id
            and weeks.week_ending_on = stated.stated_on
            and weeks.week_ending_on = stated.known_on
),

to_date as (
    select
        weeks.account_id,
        weeks.week_ending_on,
        sum(begun.training_assigned_count) over running as training_assigned_count,
        sum(begun.training_completed_count) over running as training_completed_count,
        sum(begun.webinar_count) over running as webinar_count,
        sum(begun.contact_count) over running as contact_count
    from intermediate.int_account_weeks_described as weeks
    left join intermediate.int_to_date_weeks_counted as begun using (account_id, week_ending_on)
    window running as (partition by weeks.account_id order by weeks.week_ending_on)
)

select
    account_id,
    week_ending_on,
    described.is_scored,
    described.arr,
    described.arr_pending,
    tier_of(described.known_arr) as tier,
    segment_of(described.segment, tier_of(described.known_arr)) as segment,
    described.csm,
    described.region,
    described.industry,
    described.status,
    described.plan,
    described.strategic_alignment,
    described.is_backfilled,
    coalesce(described.seats_licensed, contracts.seats) as seats,
    coalesce(usage.login_day_count_30d, 0) as login_day_count_30d,
    coalesce(usage.login_business_day_count_30d, 0) as login_business_day_count_30d,
    coalesce(usage.user_day_count_30d, 0) as user_day_count_30d,
    coalesce(usage.event_count_30d, 0) as event_count_30d,
    coalesce(usage.event_count_prior_30d, 0) as event_count_prior_30d,
    coalesce(bit_count(usage.feature_set_30d & plans.feature_set), 0)::bigint as feature_used_count_30d,
    case when described.plan is not null then bit_count(plans.feature_set)::bigint end as feature_available_count,
    coalesce(tickets.ticket_created_count_90d, 0) as ticket_created_count_90d,
    coalesce(tickets.ticket_created_count_30d, 0) as ticket_created_count_30d,
    coalesce(csat.csat_score_sum_90d, 0) as csat_score_sum_90d,
    coalesce(csat.csat_answer_count_90d, 0) as csat_answer_count_90d,
    coalesce(open_tickets.open_ticket_count, 0) as open_ticket_count,
    coalesce(open_tickets.open_p0_p1_count, 0) as open_p0_p1_count,
    coalesce(open_tickets.open_p0_over_48h_count, 0) as open_p0_over_48h_count,
    coalesce(to_date.training_assigned_count, 0)::bigint as training_assigned_count,
    coalesce(to_date.training_completed_count, 0)::bigint as training_completed_count,
    coalesce(activities.meeting_held_count_90d, 0) as meeting_held_count_90d,
    coalesce(activities.meeting_attended_count_90d, 0) as meeting_attended_count_90d,
    coalesce(to_date.webinar_count, 0)::bigint as webinar_count,
    coalesce(activities.webinar_attended_count_90d, 0) as webinar_attended_count_90d,
    coalesce(activities.sentiment_sum_90d, 0) as sentiment_sum_90d,
    coalesce(activities.sentiment_count_90d, 0) as sentiment_count_90d,
    coalesce(activities.touch_count_30d, 0) as touch_count_30d,
    coalesce(activities.proactive_touch_count_30d, 0) as proactive_touch_count_30d,
    coalesce(invoices.invoice_due_count_12m, 0) as invoice_due_count_12m,
    coalesce(invoices.invoice_late_count_12m, 0) as invoice_late_count_12m,
    coalesce(contracts.contract_in_force_count, 0) as contract_in_force_count,
    coalesce(contracts.contract_ending_90d_count, 0) as contract_ending_90d_count,
    coalesce(contracts.contract_notice_count, 0) as contract_notice_count,
    coalesce(to_date.contact_count, 0)::bigint as contact_count,
    coalesce(stakeholders.stakeholder_departed_count_180d, 0) as stakeholder_departed_count_180d,
    coalesce(stakeholders.stakeholder_departed_count_90d, 0) as stakeholder_departed_count_90d,
    coalesce(nps.nps_respondent_count_180d, 0) as nps_respondent_count_180d,
    coalesce(nps.nps_score_sum_180d, 0) as nps_score_sum_180d
from described
left join intermediate.int_contract_weeks_counted as contracts using (account_id, week_ending_on)
left join intermediate.int_usage_weeks_counted as usage using (account_id, week_ending_on)
left join intermediate.int_plan_weeks_released as plans using (plan_key, week_ending_on)
left join intermediate.int_ticket_weeks_counted as tickets using (account_id, week_ending_on)
left join intermediate.int_csat_weeks_counted as csat using (account_id, week_ending_on)
left join intermediate.int_open_ticket_weeks_counted as open_tickets using (account_id, week_ending_on)
left join to_date using (account_id, week_ending_on)
left join intermediate.int_activity_weeks_counted as activities using (account_id, week_ending_on)
left join intermediate.int_invoice_weeks_counted as invoices using (account_id, week_ending_on)
left join intermediate.int_stakeholder_weeks_counted as stakeholders using (account_id, week_ending_on)
left join intermediate.int_nps_weeks_counted as nps using (account_id, week_ending_on)
