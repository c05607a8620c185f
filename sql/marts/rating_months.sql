-- One row per account, survey on a scale from 1 to 5, source and month in which it was answered: counts that add up.
with

ratings as (
    select
        account_id,
        'csat' as survey,
        'tickets' as source,
        month_of(rated_on) as month_on,
        csat::double as score
    from staging.stg_tickets
    where csat is not null and rated_on is not null
    union all
    select
        account_id,
        survey,
        'surveys' as source,
        month_of(responded_on) as month_on,
        score::double as score
    from staging.stg_survey_responses
    where survey <> 'nps'
)

select
    account_id,
    survey,
    source,
    month_on,
    count(*) as answer_count,
    sum(score) as score_sum,
    sum(score * score) as score_square_sum,
    count(*) filter (where score >= 4) as satisfied_count,
    count(*) filter (where score in (1, 5)) as extreme_count
from ratings
group by account_id, survey, source, month_on
