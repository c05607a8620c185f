-- One row per business review; what came of one held later is not known yet.
select
    qbr_id,
    account_id,
    scheduled_on,
    known_day(held_on) as held_on,
    case when is_known(held_on) then satisfaction end as satisfaction,
    case when is_known(held_on) then attendee_count end as attendee_count,
    case when is_known(held_on) then has_executive end as has_executive,
    case when is_known(held_on) then notes end as notes
from newest_by_account('accepted.qbrs')
inner join staging.stg_account_refs using (namespace, external_id)
qualify _owner_rank = min(_owner_rank) over (partition by account_id)
