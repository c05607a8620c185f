-- One row per NPS wave and account that was invited or answered.
with

invited as (
    select
        account_id,
        wave_of(wave, sent_on) as wave,
        count(distinct lower(contact_email)) as invited_count,
        min(sent_on) as first_on,
        max(sent_on) as last_on
    from staging.stg_survey_invitations
    where survey = 'nps'
    group by account_id, wave_of(wave, sent_on)
),

answered as (
    select
        account_id,
        wave,
        count(*) as answered_count,
        count(*) filter (where score >= 9) as promoter_count,
        count(*) filter (where score between 7 and 8) as passive_count,
        count(*) filter (where score <= 6) as detractor_count,
        min(responded_on) as first_on,
        max(responded_on) as last_on
    from marts.nps_answers
    group by account_id, wave
)

select
    wave,
    account_id,
    coalesce(invited.invited_count, 0) as invited_count,
    coalesce(answered.answered_count, 0) as answered_count,
    coalesce(answered.promoter_count, 0) as promoter_count,
    coalesce(answered.passive_count, 0) as passive_count,
    coalesce(answered.detractor_count, 0) as detractor_count,
    least(invited.first_on, answered.first_on) as first_on,
    greatest(invited.last_on, answered.last_on) as last_on
from invited
full join answered using (account_id, wave)
