-- One row per table, file and name of an account that nobody knows, with the rows that wait for it.
select
    table_name,
    system,
    file_id,
    namespace,
    external_id,
    first_line,
    row_count
from staging.stg_named_accounts
where account_id is null
