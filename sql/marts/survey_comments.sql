-- One row per comment in a survey other than NPS.
select
    response_id,
    account_id,
    survey,
    responded_on,
    score,
    comment,
    is_anonymous,
    follow_up_consent
from staging.stg_survey_responses
where survey <> 'nps' and trim(coalesce(comment, '')) <> ''
