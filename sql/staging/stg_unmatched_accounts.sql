-- One row per name of an account in a tool that leads to no account, with the rows that wait for it.
with

-- A full export repeats its rows in every file: the fullest file counts.
waiting as (
    select
        namespace,
        external_id,
        table_name,
        system,
        max(row_count) as row_count,
        min(file_id) as file_id,
        arg_min(first_line, file_id) as first_line
    from staging.stg_named_accounts
    where account_id is null
    group by namespace, external_id, table_name, system
),

deleted as (
    select
        _system as namespace,
        account_id as external_id
    from newest_version('accepted.accounts')
    where _is_deleted
)

select
    waiting.namespace,
    waiting.external_id,
    case when waiting.namespace = 'name' then min(waiting.system) else waiting.namespace end as alias_system,
    bool_or(deleted.external_id is not null) as is_deleted,
    string_agg(waiting.table_name, ', ' order by waiting.table_name, waiting.system) as table_names,
    sum(waiting.row_count)::bigint as row_count,
    min(waiting.file_id) as file_id,
    arg_min(waiting.first_line, waiting.file_id) as first_line
from waiting
left join deleted using (namespace, external_id)
group by waiting.namespace, waiting.external_id
