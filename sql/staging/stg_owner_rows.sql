-- One row per table that two systems may feed and system: the rows that stand, and those that are used.
with

standing as (
    select
        'contracts' as table_name,
        _system as system,
        _owner_rank as owner_rank,
        contract_id as row_id
    from newest_version('accepted.contracts')
    where not coalesce(_is_deleted, false)
    union all
    select
        'invoices' as table_name,
        _system as system,
        _owner_rank as owner_rank,
        invoice_id as row_id
    from newest_version('accepted.invoices')
    where not coalesce(_is_deleted, false)
),

used as (
    select
        'contracts' as table_name,
        contract_id as row_id
    from staging.stg_contracts
    union all
    select
        'invoices' as table_name,
        invoice_id as row_id
    from staging.stg_invoices
)

select
    table_name,
    standing.system,
    standing.owner_rank,
    count(*) as row_count,
    count(used.row_id) as used_count
from standing
left join used using (table_name, row_id)
group by table_name, standing.system, standing.owner_rank
