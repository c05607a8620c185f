-- One row per feature released by as_of.
select
    feature,
    feature_name,
    plan,
    area,
    released_on
from newest('accepted.features')
where is_known(released_on)
