-- One row per touch point that had happened by as_of.
select
    activity_id,
    account_id,
    type,
    occurred_at,
    subject,
    summary,
    person_name(_system, owner) as owner,
    direction,
    was_attended,
    contact_id,
    sentiment,
    follow_up_on,
    local_day(occurred_at) as occurred_on
from newest_by_account('accepted.activities')
inner join staging.stg_account_refs using (namespace, external_id)
where is_known(local_day(occurred_at))
qualify _owner_rank = min(_owner_rank) over (partition by account_id)
