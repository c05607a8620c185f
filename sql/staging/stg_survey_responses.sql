-- One row per survey answer given by as_of.
select
    response_id,
    account_id,
    respondent_id,
    coalesce(survey, 'nps') as survey,
    coalesce(is_anonymous, false) as is_anonymous,
    score,
    comment,
    reasons,
    renewal_intent,
    follow_up_consent,
    responded_at,
    wave,
    local_day(responded_at) as responded_on
from newest_by_account('accepted.survey_responses')
inner join staging.stg_account_refs using (namespace, external_id)
where is_known(local_day(responded_at))
qualify _owner_rank = min(_owner_rank) over (partition by account_id)
