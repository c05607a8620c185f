-- One row per incident started by as_of; without an account it hit everyone.
select
    incident_id,
    account_id,
    started_at,
    known_instant(ended_at) as ended_at,
    severity,
    summary,
    local_day(started_at) as started_on
from newest_by_account('accepted.incidents')
left join staging.stg_account_refs using (namespace, external_id)
where (external_id is null or account_id is not null) and is_known(local_day(started_at))
qualify _owner_rank = min(_owner_rank) over (partition by account_id)
