-- One row per account with more than one implementation plan that has not gone live.
select
    account_id,
    count(*) as plan_count,
    string_agg(plan_id, ', ' order by plan_id) as plan_ids
from staging.stg_implementations
where went_live_on is null
group by account_id
having count(*) > 1
