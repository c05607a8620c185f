-- One row per name that a table of keys gives an account in another tool.
select
    keys.system,
    keys.external_id,
    refs.account_id
from newest('accepted.account_keys') as keys
inner join staging.stg_account_refs as refs
    on keys.system = refs.namespace and account_ref(keys.system, keys.external_id) = refs.external_id
