-- One row per account that the CRM calls active and that never had a contract.
select
    accounts.account_id,
    accounts.account_name,
    accounts.status
from staging.stg_accounts as accounts
left join staging.stg_contracts as contracts using (account_id)
where accounts.status in ('active', 'onboarding') and contracts.contract_id is null
