-- One row per account, its id in the tool, day and feature; a row without a feature is the day's total.
with

-- Only days that two files tell about need the newest version chosen: a file tells each key once.
disputed_days as (
    select
        _system,
        account_id,
        used_on
    from accepted.usage_daily
    group by _system, account_id, used_on
    having min(hash(_file_id)) <> max(hash(_file_id))
),

undisputed as (
    select versions.*
    from versions_of('accepted.usage_daily') as versions
    anti join disputed_days using (_system, account_id, used_on)
),

settled as (
    select versions.*
    from versions_of('accepted.usage_daily') as versions
    semi join disputed_days using (_system, account_id, used_on)
    qualify row_number() over (
        partition by versions._key
        order by
            versions._extracted_at desc,
            versions._owner_rank asc nulls last,
            versions._row_hash asc,
            versions._file_id asc,
            versions._line asc
    ) = 1
),

-- Events are one each by their id, else by the whole row; users can be told apart only where the tool names them.
events as (
    select
        _system,
        _account_namespace,
        _owner_rank,
        account_id,
        local_day(occurred_at) as used_on,
        feature,
        user_id,
        coalesce(quantity, 1) as quantity
    from versions_of('accepted.usage_events')
    where not coalesce(_is_deleted, false)
    qualify row_number() over (
        partition by _system, coalesce(event_id, _row_hash)
        order by _extracted_at desc, _row_hash asc, _file_id asc, _line asc
    ) = 1
),

-- Summed by feature, and over all features for the day's total.
summed as (
    select
        _system,
        _account_namespace,
        _owner_rank,
        account_id,
        used_on,
        feature,
        count(distinct user_id) as active_users,
        sum(quantity)::bigint as event_count
    from events
    group by
        grouping sets (
            (_system, _account_namespace, _owner_rank, account_id, used_on, feature),
            (_system, _account_namespace, _owner_rank, account_id, used_on)
        )
),

daily as (
    select * from undisputed
    union all by name
    select * from settled
),

standing as (
    select
        _system,
        _account_namespace,
        _owner_rank,
        account_id,
        used_on,
        feature,
        active_users,
        event_count
    from daily
    where not coalesce(_is_deleted, false)
    union all by name
    select * from summed
),

resolved as (
    select
        refs.account_id,
        standing._system || ':' || standing.account_id as told_as,
        standing.used_on,
        standing.feature,
        standing.active_users,
        standing.event_count,
        standing._owner_rank as owner_rank
    from standing
    inner join staging.stg_account_refs as refs
        on
            standing._account_namespace = refs.namespace
            and account_ref(standing._account_namespace, standing.account_id) = refs.external_id
    where
        standing._owner_rank is not null
        and is_known(standing.used_on)
),

owners as (
    select
        account_id,
        min(owner_rank) as owner_rank
    from resolved
    group by account_id
)

select
    resolved.account_id,
    resolved.told_as,
    resolved.used_on,
    resolved.feature,
    resolved.active_users,
    resolved.event_count
from resolved
inner join owners using (account_id, owner_rank)
