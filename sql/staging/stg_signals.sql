-- One row per signal noticed by as_of.
select
    signal_id,
    account_id,
    kind,
    occurred_on,
    known_day(resolved_on) as resolved_on,
    note,
    source
from newest_by_account('accepted.signals')
inner join staging.stg_account_refs using (namespace, external_id)
where is_known(occurred_on)
qualify _owner_rank = min(_owner_rank) over (partition by account_id)
