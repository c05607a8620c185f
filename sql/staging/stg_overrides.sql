-- One row per account and day on which a band was set by hand by as_of.
select
    account_id,
    made_on,
    band,
    reason,
    person_name(_system, author) as author,
    expires_on
from newest_by_account('accepted.overrides')
inner join staging.stg_account_refs using (namespace, external_id)
where is_known(made_on)
qualify _owner_rank = min(_owner_rank) over (partition by account_id)
