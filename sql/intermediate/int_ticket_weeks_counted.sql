-- One row per account and week of the panel with a ticket created in its last 90 days.
select
    tickets.account_id,
    days.week_ending_on,
    count(*) filter (where days.span = '90d') as ticket_created_count_90d,
    count(*) filter (where days.span = '30d') as ticket_created_count_30d,
    count(*) filter (where days.span = '60d' and tickets.category = 'billing') as billing_ticket_count_60d
from staging.stg_tickets as tickets
inner join intermediate.int_week_days_spanned as days on tickets.created_on = days.day
where days.span in ('30d', '60d', '90d')
group by tickets.account_id, days.week_ending_on
