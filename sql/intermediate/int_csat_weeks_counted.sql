-- One row per account and week of the panel with a ticket rated in its last 90 days.
select
    tickets.account_id,
    days.week_ending_on,
    sum(tickets.csat)::bigint as csat_score_sum_90d,
    count(*) as csat_answer_count_90d,
    count(*) filter (where tickets.csat < 2) as csat_under_2_count_90d
from staging.stg_tickets as tickets
inner join intermediate.int_week_days_spanned as days on tickets.rated_on = days.day
where days.span = '90d' and tickets.csat is not null
group by tickets.account_id, days.week_ending_on
