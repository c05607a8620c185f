-- One row per customer and field that a score or a renewal needs and that is empty, with the records that lack it.
with

customers as (
    select
        marts.account_id,
        marts.csm,
        accounts.segment,
        accounts.strategic_alignment,
        marts.plan,
        marts.seats
    from marts.accounts as marts
    inner join staging.stg_accounts as accounts using (account_id)
    where marts.is_scored and marts.churned_on is null
),

contracts as (
    select
        account_id,
        count(*) filter (where ends_on is null and coalesce(billing_period, '') <> 'monthly') as endless_count,
        count(*) filter (where ends_on is not null and auto_renew and notice_days is null) as without_notice_count
    from marts.contracts
    where is_in_force
    group by account_id
),

contacts as (
    select
        account_id,
        count(*) filter (where email is not null) as with_email_count,
        count(*) filter (where role = 'executive_sponsor') as sponsor_count
    from staging.stg_contacts
    where departed_on is null
    group by account_id
),

fed as (
    select
        exists (from staging.stg_contacts) as has_contacts,
        exists (from staging.stg_features) as has_features
),

gaps as (
    select
        account_id,
        'csm' as field,
        1 as record_count
    from customers
    where csm is null
    union all
    select
        account_id,
        'segment' as field,
        1 as record_count
    from customers
    where segment is null
    union all
    select
        account_id,
        'plan' as field,
        1 as record_count
    from customers
    cross join fed
    where plan is null and has_features
    union all
    select
        account_id,
        'seats' as field,
        1 as record_count
    from customers
    where seats is null
    union all
    select
        account_id,
        'strategic_alignment' as field,
        1 as record_count
    from customers
    where strategic_alignment is null
    union all
    select
        account_id,
        'end_date' as field,
        endless_count as record_count
    from contracts
    where endless_count > 0
    union all
    select
        account_id,
        'notice_days' as field,
        without_notice_count as record_count
    from contracts
    where without_notice_count > 0
    union all
    select
        customers.account_id,
        'contact_email' as field,
        1 as record_count
    from customers
    cross join fed
    left join contacts using (account_id)
    where fed.has_contacts and coalesce(contacts.with_email_count, 0) = 0
    union all
    select
        customers.account_id,
        'executive_sponsor' as field,
        1 as record_count
    from customers
    cross join fed
    left join contacts using (account_id)
    where fed.has_contacts and coalesce(contacts.sponsor_count, 0) = 0
)

select
    account_id,
    customers.csm,
    gaps.field,
    gaps.record_count
from gaps
inner join customers using (account_id)
