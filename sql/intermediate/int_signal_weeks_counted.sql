-- One row per account and week of the panel at whose end a signal counts, inside its window or still unresolved.
with

signals as (
    select
        account_id,
        kind,
        occurred_on,
        resolved_on
    from staging.stg_signals
),

in_window as (
    select
        signals.account_id,
        days.week_ending_on,
        days.span,
        signals.kind,
        signals.occurred_on,
        coalesce(signals.resolved_on <= days.week_ending_on, false) as is_resolved
    from signals
    inner join intermediate.int_week_days_spanned as days on signals.occurred_on = days.day
    where days.span in ('30d', '90d', '180d')
),

unresolved as (
    select
        account_id,
        unnest(weeks_within(occurred_on, coalesce(resolved_on - 1, getvariable('as_of')))) as week_ending_on,
        'unresolved' as span,
        kind,
        occurred_on,
        false as is_resolved
    from signals
    where kind in ('data_quality_issue', 'integration_failure')
),

counting as (
    select * from in_window
    union all by name
    select * from unresolved
)

select
    account_id,
    week_ending_on,
    count(*) filter (where span = '90d' and kind = 'negative_social') as negative_social_count_90d,
    count(*) filter (where span = '180d' and kind = 'budget_cut' and not is_resolved) as budget_cut_count_180d,
    count(*) filter (
        where span = '180d' and kind = 'market_downturn' and not is_resolved
    ) as market_downturn_count_180d,
    count(*) filter (
        where span = '180d' and kind = 'competitor_acquisition' and not is_resolved
    ) as competitor_acquisition_count_180d,
    count(*) filter (where span = '180d' and kind = 'merger' and not is_resolved) as merger_count_180d,
    count(*) filter (
        where span = '180d' and kind = 'competitor_evaluation'
    ) as competitor_evaluation_count_180d,
    count(*) filter (where span = 'unresolved' and kind = 'data_quality_issue') as data_quality_issue_count,
    count(*) filter (where span = 'unresolved' and kind = 'integration_failure') as integration_failure_count,
    count(*) filter (
        where span = '90d' and kind in ('stakeholder_departed', 'champion_departed')
    ) as departure_signal_count_90d,
    count(*) filter (where span = '30d' and kind = 'executive_engaged') as executive_signal_count_30d,
    count(*) filter (where span = '90d' and kind = 'expansion_discussion') as expansion_signal_count_90d,
    count(*) filter (where span = '90d' and kind = 'expansion_milestone') as milestone_signal_count_90d,
    count(*) filter (where span = '90d' and kind = 'proactive_feedback') as feedback_signal_count_90d,
    count(*) filter (
        where span = '90d' and kind in ('reference', 'referral')
    ) as reference_signal_count_90d
from counting
group by account_id, week_ending_on
