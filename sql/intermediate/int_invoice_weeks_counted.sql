-- One row per account and week of the panel with an invoice due in its last 12 months.
with

invoices as (
    select
        account_id,
        due_on,
        known_on,
        case when paid_on is null then coalesce(status, '') <> 'paid' else paid_on > due_on end as is_late
    from staging.stg_invoices
    where coalesce(status, 'open') not in ('draft', 'void')
)

select
    invoices.account_id,
    days.week_ending_on,
    count(*) as invoice_due_count_12m,
    count(*) filter (
        where invoices.is_late and invoices.due_on < days.week_ending_on
    ) as invoice_late_count_12m
from invoices
inner join intermediate.int_week_days_spanned as days on invoices.due_on = days.day
where days.span = '12m' and days.week_ending_on >= invoices.known_on
group by invoices.account_id, days.week_ending_on
