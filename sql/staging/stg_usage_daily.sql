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

-- Events were added up when they were loaded; users can be told apart only where the tool names them.
summed as (
    select
        _system,
        _account_namespace,
        _owner_rank,
        account_id,
        used_on,
        feature,
        sum(active_users)::bigint as active_users,
        sum(event_count)::bigint as event_count
    from versions_of('accepted.usage_feature_days')
    group by _system, _account_namespace, _owner_rank, account_id, used_on, feature
    union all by name
    select
        _system,
        _account_namespace,
        _owner_rank,
        account_id,
        used_on,
        count(distinct user_id) as active_users,
        sum(event_count)::bigint as event_count
    from versions_of('accepted.usage_user_days')
    group by _system, _account_namespace, _owner_rank, account_id, used_on
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
