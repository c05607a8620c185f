-- One row per piece of feedback received by as_of; some name no account.
select
    feedback_id,
    account_id,
    source,
    received_on,
    category,
    sentiment,
    theme,
    text,
    is_feature_request,
    case when is_known(decided_on) then decision end as decision,
    known_day(decided_on) as decided_on,
    known_day(shipped_on) as shipped_on
from newest_by_account('accepted.feedback_items')
left join staging.stg_account_refs using (namespace, external_id)
where (external_id is null or account_id is not null) and is_known(received_on)
qualify _owner_rank = min(_owner_rank) over (partition by account_id)
