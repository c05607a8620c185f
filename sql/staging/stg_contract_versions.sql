-- One row per contract and day on which a load brought it, the last of the day: its terms as they were from then on.
-- A deleted version is no row, it has ended the one before. changed_from_on is the day on which a version told other
-- terms than the one before, changed_on the day on which the next one did.
with

versions as (
    select
        _key,
        contract_id,
        _account_namespace as namespace,
        account_ref(_account_namespace, account_id) as external_id,
        product,
        starts_on,
        ends_on,
        cancelled_on,
        signed_on,
        arr,
        currency,
        coalesce(_is_deleted, false) as is_deleted,
        _owner_rank,
        extracted_day(_extracted_at) as loaded_on
    from versions_of('accepted.contracts')
    where _owner_rank is not null
    qualify row_number() over (
        partition by _key, loaded_on
        order by _extracted_at desc, _owner_rank asc, _row_hash asc, _file_id asc, _line asc
    ) = 1
),

spans as (
    select
        *,
        min(loaded_on) over (partition by _key) as first_loaded_on,
        lead(loaded_on) over (partition by _key order by loaded_on) as next_loaded_on,
        row(external_id, starts_on, ends_on, cancelled_on, signed_on, arr, currency, is_deleted) as terms,
        lag(terms) over (partition by _key order by loaded_on) as terms_before,
        lead(terms) over (partition by _key order by loaded_on) as terms_after
    from versions
)

select
    spans.contract_id,
    refs.account_id,
    spans.product,
    spans.starts_on,
    spans.ends_on,
    spans.cancelled_on,
    spans.arr,
    spans.currency,
    coalesce(spans.signed_on, least(spans.starts_on, spans.first_loaded_on)) as known_on,
    spans.loaded_on,
    coalesce(spans.next_loaded_on - 1, date '9999-12-31') as known_until,
    case
        when spans.terms_before is not null and (spans.terms is distinct from spans.terms_before) then spans.loaded_on
    end as changed_from_on,
    case when (spans.terms is distinct from spans.terms_after) then spans.next_loaded_on end as changed_on
from spans
inner join staging.stg_account_refs as refs using (namespace, external_id)
where not spans.is_deleted
qualify spans._owner_rank = min(spans._owner_rank) over (partition by refs.account_id)
