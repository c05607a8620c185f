-- One row per account and NPS wave that it answered though nobody was invited to it: its response rate is not known.
with

uninvited as (
    select wave
    from marts.nps_waves
    group by wave
    having sum(invited_count) = 0
)

select
    wave,
    account_id,
    answered_count as answer_count,
    last_on
from marts.nps_waves
inner join uninvited using (wave)
where answered_count > 0
