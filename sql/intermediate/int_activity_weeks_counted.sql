-- One row per account and week of the panel with an activity in its last 90 days.
-- A touch is an activity that the customer is not known to have missed, and no escalation.
with

executive_sponsors as (
    select
        contact_id,
        min(coalesce(joined_on, date '0001-01-01')) as sponsor_from_on
    from staging.stg_contacts
    where role = 'executive_sponsor'
    group by contact_id
),

activities as (
    select
        account_id,
        occurred_on,
        type in ('meeting', 'call') and was_attended is not null as is_held,
        coalesce(was_attended, false) as is_attended,
        sponsor_from_on,
        type,
        direction,
        case sentiment when 'positive' then 1 when 'neutral' then 0 when 'negative' then -1 end as sentiment,
        coalesce(was_attended, true) and coalesce(type, '') <> 'escalation' as is_touch
    from staging.stg_activities
    left join executive_sponsors using (contact_id)
)

select
    activities.account_id,
    days.week_ending_on,
    count(*) filter (where days.span = '90d' and is_held) as meeting_held_count_90d,
    count(*) filter (where days.span = '90d' and is_held and is_attended) as meeting_attended_count_90d,
    count(*) filter (
        where days.span = '90d' and type = 'webinar' and is_attended
    ) as webinar_attended_count_90d,
    coalesce(sum(sentiment) filter (where days.span = '90d'), 0)::bigint as sentiment_sum_90d,
    count(sentiment) filter (where days.span = '90d') as sentiment_count_90d,
    count(*) filter (where days.span = '30d' and type = 'escalation') as escalation_count_30d,
    count(*) filter (
        where
        days.span = '30d'
        and type in ('meeting', 'call')
        and is_attended
        and days.week_ending_on >= sponsor_from_on
    ) as executive_meeting_count_30d,
    count(*) filter (where days.span = '30d' and is_touch) as touch_count_30d,
    count(*) filter (where days.span = '30d' and is_touch and direction = 'proactive') as proactive_touch_count_30d
from activities
inner join intermediate.int_week_days_spanned as days on activities.occurred_on = days.day
where days.span in ('30d', '90d')
group by activities.account_id, days.week_ending_on
