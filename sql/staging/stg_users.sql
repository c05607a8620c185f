-- One row per user of an account activated by as_of.
select
    user_id,
    account_id,
    department,
    role,
    is_admin,
    activated_on,
    known_day(deactivated_on) as deactivated_on
from newest_by_account('accepted.users')
inner join staging.stg_account_refs using (namespace, external_id)
where is_known(activated_on)
qualify _owner_rank = min(_owner_rank) over (partition by account_id)
