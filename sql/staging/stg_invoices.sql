-- One row per invoice issued by as_of.
select
    invoice_id,
    account_id,
    issued_on,
    due_on,
    known_day(paid_on) as paid_on,
    amount,
    currency,
    case when status = 'paid' and paid_on > getvariable('as_of') then 'open' else status end as status,
    coalesce(issued_on, due_on) as known_on
from newest_by_account('accepted.invoices')
inner join staging.stg_account_refs using (namespace, external_id)
where is_known(coalesce(issued_on, due_on))
qualify _owner_rank = min(_owner_rank) over (partition by account_id)
