-- One row per name of an account in a tool that leads to no account, with the ARR behind it and whom it may mean.
with

contracts as (
    select
        unmatched.namespace,
        unmatched.external_id,
        count(*) as contract_count,
        sum(converted(unmatched.arr, rates.rate))::decimal(18, 2) as arr
    from staging.stg_unmatched_contracts as unmatched
    left join intermediate.int_rates_filled as rates
        on unmatched.currency = rates.currency and rates.month_on = month_of(getvariable('as_of'))
    where
        unmatched.starts_on <= getvariable('as_of')
        and coalesce(unmatched.service_ends_on >= getvariable('as_of'), true)
    group by unmatched.namespace, unmatched.external_id
)

select
    unmatched.namespace,
    unmatched.external_id,
    unmatched.alias_system,
    unmatched.is_deleted,
    unmatched.table_names,
    unmatched.row_count,
    unmatched.file_id,
    unmatched.first_line,
    coalesce(contracts.contract_count, 0) as contract_count,
    contracts.arr,
    proposals.account_id as proposed_account_id,
    accounts.account_name as proposed_account_name,
    proposals.similarity
from staging.stg_unmatched_accounts as unmatched
left join contracts using (namespace, external_id)
left join staging.stg_account_proposals as proposals using (namespace, external_id)
left join staging.stg_accounts as accounts on proposals.account_id = accounts.account_id
