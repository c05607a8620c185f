-- One row per person who had joined by as_of.
select
    contact_id,
    account_id,
    full_name,
    email,
    title,
    role,
    joined_on,
    known_day(departed_on) as departed_on
from newest_by_account('accepted.contacts')
inner join staging.stg_account_refs using (namespace, external_id)
where is_known(joined_on)
qualify _owner_rank = min(_owner_rank) over (partition by account_id)
