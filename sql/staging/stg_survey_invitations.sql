-- One row per survey invitation sent by as_of.
select
    invitation_id,
    account_id,
    contact_email,
    sent_at,
    coalesce(survey, 'nps') as survey,
    wave,
    local_day(sent_at) as sent_on
from newest_by_account('accepted.survey_invitations')
inner join staging.stg_account_refs using (namespace, external_id)
where is_known(local_day(sent_at))
qualify _owner_rank = min(_owner_rank) over (partition by account_id)
