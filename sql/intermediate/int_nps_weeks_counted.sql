-- One row per account and week of the panel with an NPS answer in its last 180 days: each respondent's latest.
with

latest_answers as (
    select
        responses.account_id,
        responses.respondent_id,
        days.week_ending_on,
        arg_max(responses.score, (responses.responded_at, responses.response_id)) as score
    from staging.stg_survey_responses as responses
    inner join intermediate.int_week_days_spanned as days on responses.responded_on = days.day
    where responses.survey = 'nps' and days.span = '180d'
    group by responses.account_id, responses.respondent_id, days.week_ending_on
)

select
    account_id,
    week_ending_on,
    count(*) as nps_respondent_count_180d,
    sum(score::bigint)::bigint as nps_score_sum_180d
from latest_answers
group by account_id, week_ending_on
