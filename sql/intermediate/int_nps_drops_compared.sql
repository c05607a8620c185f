-- One row per account and week of the panel that answered both in the newest NPS wave by then and in the one before.
with

answers as (
    select
        account_id,
        respondent_id,
        response_id,
        responded_at,
        responded_on,
        score::bigint as score,
        wave_of(wave, responded_on) as wave
    from staging.stg_survey_responses
    where survey = 'nps'
),

waves as (
    select
        wave,
        min(responded_on) as first_on
    from answers
    group by wave
),

compared_waves as (
    select
        weeks.week_ending_on,
        waves.wave,
        row_number() over (
            partition by weeks.week_ending_on
            order by waves.first_on desc, waves.wave desc
        ) as place
    from intermediate.int_weeks_listed as weeks
    inner join waves on weeks.week_ending_on >= waves.first_on
    qualify place <= 2
),

latest_answers as (
    select
        answers.account_id,
        answers.respondent_id,
        compared_waves.week_ending_on,
        compared_waves.place,
        arg_max(answers.score, (answers.responded_at, answers.response_id)) as score
    from compared_waves
    inner join answers
        on
            compared_waves.wave = answers.wave
            and compared_waves.week_ending_on >= answers.responded_on
    group by answers.account_id, answers.respondent_id, compared_waves.week_ending_on, compared_waves.place
)

select
    account_id,
    week_ending_on,
    count(*) filter (where place = 1) as wave_answer_count,
    count(*) filter (where place = 2) as wave_prior_answer_count,
    (sum(score) filter (where place = 1))::bigint as wave_score_sum,
    (sum(score) filter (where place = 2))::bigint as wave_prior_score_sum,
    count(*) filter (where place = 1 and score >= 9)
    - count(*) filter (where place = 1 and score <= 6) as wave_promoter_surplus_count,
    count(*) filter (where place = 2 and score >= 9)
    - count(*) filter (where place = 2 and score <= 6) as wave_prior_promoter_surplus_count
from latest_answers
group by account_id, week_ending_on
having count(*) filter (where place = 1) > 0 and count(*) filter (where place = 2) > 0
