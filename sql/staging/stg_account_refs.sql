-- One row per name of an account in a tool, leading to the account that survived its mergers.
with recursive

-- A deleted account still counts where it says what it was merged into.
accounts as (
    select
        _system as system,
        account_id as external_id,
        _owner_rank as owner_rank,
        comparable(domain) as domain,
        comparable(account_name) as account_name,
        merged_into_account_id,
        coalesce(_is_deleted, false) as is_deleted
    from newest_version('accepted.accounts')
    where not coalesce(_is_deleted, false) or merged_into_account_id is not null
),

owned as (
    select
        external_id as account_id,
        domain,
        account_name
    from accounts
    where owner_rank = 1
),

owned_domains as (
    select
        domain,
        min(account_id) as account_id
    from owned
    where domain is not null
    group by domain
    having count(*) = 1
),

owned_names as (
    select
        account_name,
        min(account_id) as account_id
    from owned
    group by account_name
    having count(*) = 1
),

keys as (
    select
        system,
        account_ref(system, external_id) as external_id,
        account_id,
        'key' as how,
        2 as priority
    from newest('accepted.account_keys')
    union all
    select
        system,
        account_ref(system, external_id) as external_id,
        account_id,
        'alias' as how,
        3 as priority
    from meta.aliases
),

claims as (
    select
        system,
        external_id,
        external_id as account_id,
        'id' as how,
        1 as priority
    from accounts
    where owner_rank = 1
    union all
    select
        system,
        external_id,
        account_id,
        how,
        priority
    from keys
    union all
    -- What a tool calls an account is a name of it: rows that know only the name find it there.
    select
        'name' as system,
        comparable(external_id) as external_id,
        account_id,
        how,
        priority
    from keys
    union all
    select
        accounts.system,
        accounts.external_id,
        owned_domains.account_id,
        'domain' as how,
        4 as priority
    from accounts
    inner join owned_domains using (domain)
    union all
    select
        accounts.system,
        accounts.external_id,
        owned_names.account_id,
        'name' as how,
        5 as priority
    from accounts
    inner join owned_names using (account_name)
    union all
    -- An account that only a later owner knows stands for itself.
    select
        system,
        external_id,
        external_id as account_id,
        'id' as how,
        6 as priority
    from accounts
    where owner_rank > 1
),

known_ids as (
    select
        account_id,
        min(priority) as priority
    from claims
    where how = 'id'
    group by account_id
),

identities as (
    select
        claims.system,
        claims.external_id,
        claims.account_id,
        claims.how
    from claims
    inner join known_ids using (account_id)
    qualify row_number() over (
        partition by claims.system, claims.external_id
        order by claims.priority, claims.account_id
    ) = 1
),

mergers as (
    select
        losers.account_id,
        min(winners.account_id) as into_account_id
    from accounts
    inner join identities as losers using (system, external_id)
    inner join identities as winners
        on accounts.system = winners.system and accounts.merged_into_account_id = winners.external_id
    where losers.account_id <> winners.account_id
    group by losers.account_id
),

chains as (
    select
        account_id,
        account_id as survivor_id,
        0 as step
    from identities
    group by account_id
    union all
    select
        chains.account_id,
        mergers.into_account_id as survivor_id,
        chains.step + 1 as step
    from chains
    inner join mergers on chains.survivor_id = mergers.account_id
    where chains.step < 20
),

-- An account in a circle of mergers stands for itself.
survivors as (
    select
        chains.account_id,
        coalesce(
            max(chains.survivor_id) filter (where mergers.account_id is null),
            chains.account_id
        ) as survivor_id
    from chains
    left join mergers on chains.survivor_id = mergers.account_id
    group by chains.account_id
),

gone as (
    select identities.account_id
    from accounts
    inner join identities using (system, external_id)
    inner join survivors using (account_id)
    where accounts.is_deleted and survivors.survivor_id = identities.account_id and identities.how = 'id'
),

resolved as (
    select
        identities.system as namespace,
        identities.external_id,
        survivors.survivor_id as account_id,
        identities.how,
        identities.account_id as before_merge_id
    from identities
    inner join survivors using (account_id)
    where survivors.survivor_id not in (select account_id from gone)
),

words as (
    select
        'domain' as namespace,
        accounts.domain as external_id,
        resolved.account_id
    from accounts
    inner join resolved on accounts.system = resolved.namespace and accounts.external_id = resolved.external_id
    union all
    select
        'name' as namespace,
        accounts.account_name as external_id,
        resolved.account_id
    from accounts
    inner join resolved on accounts.system = resolved.namespace and accounts.external_id = resolved.external_id
),

every_ref as (
    select
        namespace,
        external_id,
        account_id,
        how,
        before_merge_id,
        1 as priority
    from resolved
    union all
    -- Tables written in our own words name accounts by our ids.
    select
        'canonical' as namespace,
        before_merge_id as external_id,
        account_id,
        'id' as how,
        before_merge_id,
        2 as priority
    from resolved
    where how = 'id'
    union all
    select
        namespace,
        external_id,
        min(account_id) as account_id,
        namespace as how,
        min(account_id) as before_merge_id,
        3 as priority
    from words
    where external_id is not null
    group by namespace, external_id
    having count(distinct account_id) = 1
)

select
    namespace,
    external_id,
    account_id,
    how,
    before_merge_id
from every_ref
qualify row_number() over (partition by namespace, external_id order by priority, account_id) = 1
