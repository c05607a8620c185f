-- One row per account and month in which anything happened, as known today; the running month ends at as_of.
with

arr_months as (
    select
        account_id,
        month_of(stated_on) as month_on,
        arr,
        arr_pending
    from intermediate.int_arr_stated
    where
        known_on = getvariable('as_of')
        and stated_on = least(last_day(stated_on), getvariable('as_of'))
        and (in_force_count > 0 or is_pending)
),

usage_months as (
    select
        account_id,
        month_of(used_on) as month_on,
        count(*) filter (where is_login_day) as login_day_count,
        sum(active_users)::bigint as user_day_count,
        sum(event_count)::bigint as event_count
    from intermediate.int_usage_days_summed
    group by account_id, month_of(used_on)
),

ticket_events as (
    select
        account_id,
        month_of(created_on) as month_on,
        1 as created_count,
        0 as solved_count,
        null as csat
    from staging.stg_tickets
    union all
    select
        account_id,
        month_of(solved_on) as month_on,
        0 as created_count,
        1 as solved_count,
        null as csat
    from staging.stg_tickets
    where solved_on is not null
    union all
    select
        account_id,
        month_of(rated_on) as month_on,
        0 as created_count,
        0 as solved_count,
        csat
    from staging.stg_tickets
    where csat is not null
),

ticket_months as (
    select
        account_id,
        month_on,
        sum(created_count)::bigint as ticket_created_count,
        sum(solved_count)::bigint as ticket_solved_count,
        coalesce(sum(csat), 0)::bigint as csat_score_sum,
        count(csat) as csat_answer_count
    from ticket_events
    group by account_id, month_on
),

account_months as (
    select
        account_id,
        month_on
    from arr_months
    union
    select
        account_id,
        month_on
    from usage_months
    union
    select
        account_id,
        month_on
    from ticket_months
),

first_months as (
    select
        account_id,
        month_of(min(starts_on)) as first_month_on
    from staging.stg_contracts
    group by account_id
)

select
    account_id,
    month_on,
    least(last_day(month_on), getvariable('as_of')) as stated_on,
    case when arr_months.account_id is null then 0::decimal(18, 2) else arr_months.arr end as arr,
    case when arr_months.account_id is null then 0::decimal(18, 2) else arr_months.arr_pending end as arr_pending,
    coalesce(usage_months.login_day_count, 0) as login_day_count,
    coalesce(usage_months.user_day_count, 0) as user_day_count,
    coalesce(usage_months.event_count, 0) as event_count,
    coalesce(ticket_months.ticket_created_count, 0) as ticket_created_count,
    coalesce(ticket_months.ticket_solved_count, 0) as ticket_solved_count,
    coalesce(ticket_months.csat_score_sum, 0) as csat_score_sum,
    coalesce(ticket_months.csat_answer_count, 0) as csat_answer_count
from account_months
inner join first_months using (account_id)
left join arr_months using (account_id, month_on)
left join usage_months using (account_id, month_on)
left join ticket_months using (account_id, month_on)
where month_on >= first_months.first_month_on
