-- One row per account and event after which its service ends, and the day it happened or will happen.
with

-- Nobody is offboarded for a contract that another follows.
lapses as (
    select
        account_id,
        'non_renewal' as trigger,
        churned_on as triggered_on,
        churn_reason as note
    from marts.accounts
    where churned_on is not null
    union all by name
    select
        contracts.account_id,
        'non_renewal' as trigger,
        max(coalesce(contracts.ends_on, contracts.cancelled_on)) + 1 as triggered_on,
        'Notice served' as note
    from marts.contracts as contracts
    inner join marts.accounts using (account_id)
    where accounts.churned_on is null
    group by contracts.account_id
    having
        bool_or(contracts.is_in_force and contracts.cancelled_on is not null)
        and not bool_or(contracts.is_in_force and (contracts.cancelled_on is null or contracts.has_signed_successor))
        and not bool_or(contracts.starts_on > getvariable('as_of'))
),

unpaid as (
    select
        account_id,
        'non_payment' as trigger,
        min(due_on) + 1 as triggered_on,
        count(*) || ' unpaid' as note
    from staging.stg_invoices
    where paid_on is null and due_on < getvariable('as_of') and coalesce(status, 'open') not in ('draft', 'void')
    group by account_id
),

told as (
    select
        account_id,
        case when kind = 'terms_violation' then 'terms_violation' else 'customer_request' end as trigger,
        min(occurred_on) as triggered_on,
        arg_min(note, (occurred_on, signal_id)) as note
    from staging.stg_signals
    where kind in ('terms_violation', 'offboarding_requested') and resolved_on is null
    group by account_id, case when kind = 'terms_violation' then 'terms_violation' else 'customer_request' end
)

select * from lapses
union all by name
select * from unpaid
union all by name
select * from told
