-- One row per table, system and way of naming accounts: how many names and rows lead to an account, and how.
with

names as (
    select
        table_name,
        system,
        namespace,
        external_id,
        how,
        account_id is not null as is_matched,
        sum(row_count)::bigint as row_count
    from staging.stg_named_accounts
    group by table_name, system, namespace, external_id, how, account_id
)

select
    table_name,
    system,
    namespace,
    count(*) as name_count,
    count(*) filter (where is_matched) as matched_name_count,
    count(*) filter (where how in ('domain', 'name')) as matched_by_text_count,
    count(*) filter (where how = 'id') as by_id_count,
    count(*) filter (where how = 'key') as by_key_count,
    count(*) filter (where how = 'alias') as by_alias_count,
    count(*) filter (where how = 'domain') as by_domain_count,
    count(*) filter (where how = 'name') as by_name_count,
    sum(row_count)::bigint as row_count,
    coalesce(sum(row_count) filter (where is_matched), 0)::bigint as matched_row_count
from names
group by table_name, system, namespace
