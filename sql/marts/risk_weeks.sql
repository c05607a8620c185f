-- One row per surviving account and week of the panel: what churn risk counts, as known at that week's end.
-- Counts without a row behind them are 0; which of them are unknown is for the feed's state to say.
with

everyone_down as (
    select
        week_ending_on,
        downtime_seconds_30d
    from intermediate.int_downtime_weeks_counted
    where account_id is null
),

feedback as (
    select
        items.account_id,
        days.week_ending_on,
        count(*) as feedback_item_count_90d
    from staging.stg_feedback_items as items
    inner join intermediate.int_week_days_spanned as days on items.received_on = days.day
    where days.span = '90d' and items.account_id is not null
    group by items.account_id, days.week_ending_on
)

select
    weeks.account_id,
    weeks.week_ending_on,
    coalesce(contracts.contract_past_due_count, 0) as contract_past_due_count,
    coalesce(contracts.contract_disputed_count, 0) as contract_disputed_count,
    contracts.price_increase_pct,
    coalesce(contracts.contract_multi_year_count, 0) as contract_multi_year_count,
    contracts.contract_next_ends_on,
    contracts.contract_next_decision_on,
    coalesce(usage.business_user_day_count_30d, 0) as business_user_day_count_30d,
    coalesce(tickets.billing_ticket_count_60d, 0) as billing_ticket_count_60d,
    coalesce(csat.csat_under_2_count_90d, 0) as csat_under_2_count_90d,
    coalesce(activities.escalation_count_30d, 0) as escalation_count_30d,
    coalesce(activities.executive_meeting_count_30d, 0) as executive_meeting_count_30d,
    coalesce(stakeholders.executive_sponsor_departed_count_90d, 0) as executive_sponsor_departed_count_90d,
    coalesce(drops.wave_answer_count, 0) as wave_answer_count,
    coalesce(drops.wave_prior_answer_count, 0) as wave_prior_answer_count,
    drops.wave_score_sum,
    drops.wave_prior_score_sum,
    drops.wave_promoter_surplus_count,
    drops.wave_prior_promoter_surplus_count,
    reviews.review_last_held_on,
    reviews.customer_since_on,
    coalesce(reviews.executive_review_count_30d, 0) as executive_review_count_30d,
    coalesce(signals.negative_social_count_90d, 0) as negative_social_count_90d,
    coalesce(signals.budget_cut_count_180d, 0) as budget_cut_count_180d,
    coalesce(signals.market_downturn_count_180d, 0) as market_downturn_count_180d,
    coalesce(signals.competitor_acquisition_count_180d, 0) as competitor_acquisition_count_180d,
    coalesce(signals.merger_count_180d, 0) as merger_count_180d,
    coalesce(signals.competitor_evaluation_count_180d, 0) as competitor_evaluation_count_180d,
    coalesce(signals.data_quality_issue_count, 0) as data_quality_issue_count,
    coalesce(signals.integration_failure_count, 0) as integration_failure_count,
    coalesce(signals.departure_signal_count_90d, 0) as departure_signal_count_90d,
    coalesce(signals.executive_signal_count_30d, 0) as executive_signal_count_30d,
    coalesce(signals.expansion_signal_count_90d, 0) as expansion_signal_count_90d,
    coalesce(signals.milestone_signal_count_90d, 0) as milestone_signal_count_90d,
    coalesce(signals.feedback_signal_count_90d, 0) as feedback_signal_count_90d,
    coalesce(signals.reference_signal_count_90d, 0) as reference_signal_count_90d,
    coalesce(feedback.feedback_item_count_90d, 0) as feedback_item_count_90d,
    coalesce(delays.implementation_delayed_count, 0) as implementation_delayed_count,
    coalesce(downtime.downtime_seconds_30d, everyone_down.downtime_seconds_30d, 0) as downtime_seconds_30d,
    coalesce(deals.expansion_open_count, 0) as expansion_open_count,
    coalesce(deals.expansion_won_count_90d, 0) as expansion_won_count_90d,
    coalesce(deals.expansion_won_count_180d, 0) as expansion_won_count_180d
from intermediate.int_account_weeks_described as weeks
left join intermediate.int_contract_risk_weeks_counted as contracts using (account_id, week_ending_on)
left join intermediate.int_usage_weeks_counted as usage using (account_id, week_ending_on)
left join intermediate.int_ticket_weeks_counted as tickets using (account_id, week_ending_on)
left join intermediate.int_csat_weeks_counted as csat using (account_id, week_ending_on)
left join intermediate.int_activity_weeks_counted as activities using (account_id, week_ending_on)
left join intermediate.int_stakeholder_weeks_counted as stakeholders using (account_id, week_ending_on)
left join intermediate.int_nps_drops_compared as drops using (account_id, week_ending_on)
left join intermediate.int_review_weeks_dated as reviews using (account_id, week_ending_on)
left join intermediate.int_signal_weeks_counted as signals using (account_id, week_ending_on)
left join feedback using (account_id, week_ending_on)
left join intermediate.int_delay_weeks_counted as delays using (account_id, week_ending_on)
left join intermediate.int_downtime_weeks_counted as downtime using (account_id, week_ending_on)
left join everyone_down using (week_ending_on)
left join intermediate.int_expansion_weeks_counted as deals using (account_id, week_ending_on)
