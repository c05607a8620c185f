-- One row per account and week of the panel: the newest business review held by then, and since when it is a customer.
with

held as (
    select
        account_id,
        week_of(held_on) as week_ending_on,
        max(held_on) as held_on
    from staging.stg_qbrs
    where held_on is not null
    group by account_id, week_of(held_on)
),

executive_reviews as (
    select
        qbrs.account_id,
        days.week_ending_on,
        count(*) as executive_review_count_30d
    from staging.stg_qbrs as qbrs
    inner join intermediate.int_week_days_spanned as days on qbrs.held_on = days.day
    where days.span = '30d' and qbrs.has_executive
    group by qbrs.account_id, days.week_ending_on
),

-- A contract signed later does not make anyone a customer for longer.
first_contracts as (
    select
        account_id,
        week_of(known_on) as week_ending_on,
        min(starts_on) as started_on
    from staging.stg_contracts
    group by account_id, week_of(known_on)
)

select
    weeks.account_id,
    weeks.week_ending_on,
    max(held.held_on) over so_far as review_last_held_on,
    coalesce(weeks.customer_since_on, min(first_contracts.started_on) over so_far) as customer_since_on,
    coalesce(executive_reviews.executive_review_count_30d, 0) as executive_review_count_30d
from intermediate.int_account_weeks_described as weeks
left join first_contracts using (account_id, week_ending_on)
left join held using (account_id, week_ending_on)
left join executive_reviews using (account_id, week_ending_on)
window so_far as (partition by weeks.account_id order by weeks.week_ending_on)
