-- One row per NPS respondent and wave: the latest answer.
select
    response_id,
    account_id,
    respondent_id,
    wave_of(wave, responded_on) as wave,
    responded_on,
    score::bigint as score,
    comment,
    reasons,
    renewal_intent,
    follow_up_consent,
    is_anonymous
from staging.stg_survey_responses
where survey = 'nps'
qualify row_number() over (
    partition by account_id, respondent_id, wave_of(wave, responded_on)
    order by responded_at desc, response_id desc
) = 1
