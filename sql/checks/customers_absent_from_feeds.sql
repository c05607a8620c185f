-- One row per customer with ARR and feed that names others but never this customer: probably a missing key.
with

feeds as (
    select unnest(['usage', 'tickets', 'contacts']) as feed
),

named as (
    select
        case when starts_with(table_name, 'usage') then 'usage' else table_name end as feed,
        account_id
    from staging.stg_named_accounts
    where account_id is not null
    group by all
)

select
    customers.account_id,
    feeds.feed,
    customers.arr
from marts.accounts as customers
cross join feeds
semi join named as namers using (feed)
anti join named on customers.account_id = named.account_id and feeds.feed = named.feed
where customers.is_scored and customers.churned_on is null and customers.arr > 0
