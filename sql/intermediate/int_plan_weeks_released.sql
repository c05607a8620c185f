-- One row per plan and week of the panel: the features it had by then; the empty plan has what every plan has.
with

plan_weeks as (
    select
        plan_key,
        week_ending_on
    from intermediate.int_account_weeks_described
    group by plan_key, week_ending_on
)

select
    plan_weeks.plan_key,
    plan_weeks.week_ending_on,
    bit_or(features.feature_set) as feature_set
from plan_weeks
inner join intermediate.int_features_numbered as features
    on
        (features.plan_key is null or plan_weeks.plan_key = features.plan_key)
        and (features.released_on is null or plan_weeks.week_ending_on >= features.released_on)
group by plan_weeks.plan_key, plan_weeks.week_ending_on
