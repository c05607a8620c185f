-- One row per feature of the catalogue with its place in the sets of features that usage is kept as.
select
    feature,
    feature_name,
    area,
    comparable(plan) as plan_key,
    released_on,
    set_bit(
        repeat('0', count(*) over ()::integer)::bit,
        (row_number() over (order by feature) - 1)::integer,
        1
    ) as feature_set
from staging.stg_features
