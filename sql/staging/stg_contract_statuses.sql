-- One row per contract and status it was exported with: from which day that status serves, and until when.
-- The first one known serves for all the time before it.
with

told as (
    select
        contract_id,
        _key,
        extracted_day(_extracted_at) as told_on,
        status
    from versions_of('accepted.contracts')
    where _owner_rank is not null and not coalesce(_is_deleted, false)
    qualify row_number() over (
        partition by _key, told_on
        order by _extracted_at desc, _row_hash asc, _file_id asc, _line asc
    ) = 1
),

changed as (
    select
        *,
        lag(told_on) over (partition by _key order by told_on) is null as is_first
    from told
    qualify is_first or status is distinct from lag(status) over (partition by _key order by told_on)
)

select
    contract_id,
    status,
    case when is_first then date '0001-01-01' else told_on end as from_on,
    lead(told_on) over (partition by _key order by told_on) as until_on
from changed
