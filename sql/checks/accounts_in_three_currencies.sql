-- One row per account whose contracts counted in three currencies or more at one month's close, with the first of them.
with

months as (
    select
        account_id,
        month_on,
        count(distinct currency) as currency_count,
        string_agg(distinct currency, ', ' order by currency) as currencies
    from marts.contract_months
    group by account_id, month_on
)

select
    account_id,
    min(month_on) as first_month_on,
    count(*) as month_count,
    arg_min(currencies, month_on) as currencies
from months
where currency_count >= 3
group by account_id
