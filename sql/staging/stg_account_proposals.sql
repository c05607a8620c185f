-- One row per unmatched name or domain and the account that it resembles most; proposed to a person, never applied.
with

spelled as (
    select
        'unmatched' as side,
        namespace,
        external_id as id,
        external_id as spelling
    from staging.stg_unmatched_accounts
    where namespace in ('name', 'domain')
    qualify row_number() over (order by row_count desc, namespace asc, external_id asc) <= 300
    union all
    select
        'account' as side,
        'name' as namespace,
        account_id as id,
        account_name as spelling
    from staging.stg_accounts
    union all
    select
        'account' as side,
        'domain' as namespace,
        account_id as id,
        domain as spelling
    from staging.stg_accounts
    where domain is not null
),

-- Punctuation, the legal form of a company and the ending of a domain tell nobody apart.
words as (
    select
        side,
        namespace,
        id,
        list_sort(
            list_filter(
                string_split(
                    trim(
                        regexp_replace(
                            regexp_replace(
                                lower(strip_accents(spelling)), '^www\.|\.[a-z]{2,7}(\.[a-z]{2})?$', '', 'g'
                            ),
                            '[^a-z0-9]+', ' ', 'g'
                        )
                    ),
                    ' '
                ),
                lambda word: word not in (
                    '', 'the', 'and', 'inc', 'llc', 'ltd', 'limited', 'corp', 'corporation', 'co', 'company', 'plc',
                    'gmbh', 'ag', 'sa', 'sas', 'srl', 'spa', 'bv', 'nv', 'ab', 'as', 'oy', 'pty', 'group', 'holding',
                    'holdings'
                )
            )
        ) as words
    from spelled
),

compared as (
    select
        unmatched.namespace,
        unmatched.id as external_id,
        accounts.id as account_id,
        greatest(
            jaro_winkler_similarity(array_to_string(unmatched.words, ' '), array_to_string(accounts.words, ' ')),
            2 * len(list_intersect(unmatched.words, accounts.words)) / (len(unmatched.words) + len(accounts.words))
        ) as similarity
    from words as unmatched
    inner join words as accounts using (namespace)
    where unmatched.side = 'unmatched' and accounts.side = 'account' and len(unmatched.words) > 0
)

select
    namespace,
    external_id,
    account_id,
    similarity
from compared
where similarity >= 0.88
qualify row_number() over (partition by namespace, external_id order by similarity desc, account_id asc) = 1
