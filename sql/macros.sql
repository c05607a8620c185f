-- Words that every layer shares. The variables are set by the build stage: as_of, time_zone, reporting_currency,
-- panel_weeks, holidays, and from policy/segments.toml tiers, grace_days, onboarding_until_day, adoption_until_month.

-- The day of an instant in the company's time zone.
create or replace macro local_day(instant) as timezone(getvariable('time_zone'), instant)::date;

-- The day a file was extracted; extraction times are UTC.
create or replace macro extracted_day(extracted_at) as local_day(timezone('UTC', extracted_at));

-- The instant at which a local day is over.
create or replace macro end_of_day(day) as timezone(getvariable('time_zone'), (day + 1)::timestamp);

-- Whether a row with this date exists at as_of; a row without a date always does.
create or replace macro is_known(day) as coalesce(day <= getvariable('as_of'), true);

-- An outcome as known at as_of: later ones have not happened yet.
create or replace macro known_day(day) as case when day <= getvariable('as_of') then day end;

create or replace macro known_instant(instant) as
case when local_day(instant) <= getvariable('as_of') then instant end;

create or replace macro month_of(day) as date_trunc('month', day)::date;

create or replace macro is_business_day(day) as
isodow(day) < 6 and not list_contains(getvariable('holidays'), day);

-- The weeks of the panel end at as_of, as_of - 7, ...; this one ends on or after the day, or is the panel's first.
create or replace macro week_of(day) as
getvariable('as_of')
- 7 * least(getvariable('panel_weeks') - 1, (getvariable('as_of') - day) // 7)::integer;

-- The weeks of the panel that end within the days, both included.
create or replace macro weeks_within(first_on, last_on) as
list_transform(
    range(
        (getvariable('as_of') - least(last_on, getvariable('as_of')) + 6) // 7,
        least(getvariable('panel_weeks'), (getvariable('as_of') - first_on + 7) // 7)
    ),
    lambda week: getvariable('as_of') - (7 * week)::integer
);

-- An amount in the reporting currency, half up to the cent. Most are in it already, and exact products take their time.
create or replace macro converted(amount, rate) as
case when rate = 1 then amount::decimal(18, 2) else (amount::decimal(20, 2) * rate::decimal(18, 8))::decimal(18, 2) end;

-- The first tier, from the largest down, that an ARR reaches; tiers are those of policy/segments.toml.
create or replace macro tier_of(arr) as
list_filter(
    getvariable('tiers'),
    lambda tier: coalesce(arr > tier.over_arr, arr >= tier.from_arr, true)
)[1].tier;

create or replace macro terms_of(tier_name) as
list_filter(getvariable('tiers'), lambda tier: tier.tier = tier_name)[1];

create or replace macro segment_of(segment, tier_name) as coalesce(segment, terms_of(tier_name).segment);

create or replace macro wave_of(wave, day) as coalesce(wave, year(day) || '-Q' || quarter(day));

-- How names and domains are compared; ids are compared as they are.
create or replace macro comparable(name) as regexp_replace(lower(trim(name)), '\s+', ' ', 'g');

create or replace macro account_ref(namespace, account_id) as
case when namespace in ('name', 'domain') then comparable(account_id) else account_id end;

-- The canonical table that accepted rows belong to; of usage events only sums by day are kept.
create or replace macro table_of(source) as
case
    when source in ('accepted.usage_user_days', 'accepted.usage_feature_days') then 'usage_events'
    else split_part(source, '.', 2)
end;

-- Every version of a table's rows with the rank of the system it comes from: 1 owns the table, null is not used.
create or replace macro versions_of(source) as table
    with

    owners as (
        select
            system as _system,
            rank as _owner_rank
        from meta.owners
        where table_name = table_of(source)
    ),

    owner_counts as (
        select count(*) as owner_count
        from owners
    )

    select
        versions.*,
        case when owner_counts.owner_count = 0 then 1 else owners._owner_rank end as _owner_rank
    from query_table(source) as versions
    cross join owner_counts
    left join owners using (_system);

-- The newest version of every key, deleted ones and systems that are not used included.
create or replace macro newest_version(source) as table
    select *
    from versions_of(source)
    qualify row_number() over (
        partition by _key
        order by _extracted_at desc, _owner_rank asc nulls last, _row_hash asc, _file_id asc, _line asc
    ) = 1;

-- The rows of a table as they stand: newest version, not deleted, from a system that may speak.
create or replace macro newest(source) as table
    select *
    from newest_version(source)
    where _owner_rank is not null and not coalesce(_is_deleted, false);

-- The same for tables that name an account; join staging.stg_account_refs using (namespace, external_id).
create or replace macro newest_by_account(source) as table
    select
        * exclude (account_id),
        _account_namespace as namespace,
        account_ref(_account_namespace, account_id) as external_id
    from newest(source);

-- The person whom a tool names by id: their last name, even after they left, or the id where no one ever had it.
create or replace macro person_name(tool, person) as
coalesce(
    (
        select min(team.full_name)
        from newest_version('accepted.team') as team
        where team._system = tool and team.person_id = person
    ),
    person
);

create or replace macro person_email(tool, person) as (
    select min(team.email)
    from newest_version('accepted.team') as team
    where team._system = tool and team.person_id = person
);

-- The manager of a person who is named by id; a tool may name the manager by id as well.
create or replace macro person_manager(tool, person) as (
    select min(coalesce(managers.full_name, team.manager))
    from newest_version('accepted.team') as team
    left join newest_version('accepted.team') as managers
        on team._system = managers._system and team.manager = managers.person_id
    where team._system = tool and team.person_id = person
);

-- How the rows of a table name their accounts, counted per file.
create or replace macro named_accounts(source) as table
    select
        table_of(source) as table_name,
        _system as system,
        _file_id as file_id,
        _account_namespace as namespace,
        account_ref(_account_namespace, account_id) as external_id,
        min(_line) as first_line,
        count(*) as row_count
    from query_table(source)
    where account_id is not null and not coalesce(_is_deleted, false)
    group by all;

-- ARR in the reporting currency, grace included, for every account, day stated for and day of knowledge that is asked:
-- arr is null where a rate is unknown; known_arr is its part with a rate. The tables are given by name: points asked
-- for, contracts, the status of every account by week, and the rates of every month.
create or replace macro arr_of(asked, held, standings, by_month) as table
    with

    -- Every point with every known contract of its account; a point without any has one row without a contract.
    known_contracts as (
        select
            points.account_id,
            points.stated_on,
            points.known_on,
            contracts.starts_on,
            contracts.arr as local_arr,
            rates.rate,
            coalesce(
                contracts.ends_on,
                case when contracts.cancelled_on <= points.known_on then contracts.cancelled_on end,
                date '9999-12-31'
            ) as serves_until,
            coalesce(contracts.cancelled_on <= points.known_on, false) as is_cancelled,
            coalesce(points.stated_on between contracts.starts_on and serves_until, false) as is_serving
        from query_table(asked) as points
        left join query_table(held) as contracts
            on
                points.account_id = contracts.account_id
                and points.known_on between contracts.known_on and contracts.known_until
        left join query_table(by_month) as rates
            on contracts.currency = rates.currency and month_of(points.stated_on) = rates.month_on
    ),

    services as (
        select
            account_id,
            stated_on,
            known_on,
            count(*) filter (where is_serving) as in_force_count,
            count(*) filter (where starts_on <= stated_on) as started_count,
            max(serves_until) filter (where serves_until between starts_on and stated_on - 1) as last_served_on,
            max(serves_until) filter (
                where serves_until between starts_on and stated_on - 1 and not is_cancelled
            ) as last_uncancelled_on,
            min(starts_on) filter (where starts_on > stated_on) as next_served_on,
            sum(case when is_serving then converted(local_arr, rate) end) as served_arr,
            count(*) filter (where is_serving and rate is null) as unrated_count
        from known_contracts
        group by all
    ),

    recorded_churned as (
        select
            account_id,
            week_ending_on
        from query_table(standings)
        where status = 'churned'
    ),

    -- Grace: grace_days (30) without service are carried, one more is not; an open gap only while nobody has left.
    graced as (
        select
            services.*,
            recorded_churned.account_id is not null as is_recorded_churned,
            services.in_force_count = 0 and coalesce(
                case
                    when services.next_served_on is not null
                        then services.next_served_on - services.last_served_on - 1 <= getvariable('grace_days')
                    else
                        services.known_on - services.last_served_on <= getvariable('grace_days')
                        and coalesce(services.last_uncancelled_on = services.last_served_on, false)
                        and recorded_churned.account_id is null
                end,
                false
            ) as is_pending
        from services
        left join recorded_churned
            on services.account_id = recorded_churned.account_id and services.known_on = recorded_churned.week_ending_on
    ),

    -- What is carried: the last day's contracts at the rate of the month stated for.
    carried as (
        select
            graced.account_id,
            graced.stated_on,
            graced.known_on,
            sum(converted(contracts.arr, rates.rate)) as carried_arr,
            count(*) filter (where rates.rate is null) as unrated_count
        from graced
        inner join query_table(held) as contracts
            on
                graced.account_id = contracts.account_id
                and graced.known_on between contracts.known_on and contracts.known_until
                and graced.last_served_on >= contracts.starts_on
                and graced.last_served_on <= coalesce(
                    contracts.ends_on,
                    case when graced.known_on >= contracts.cancelled_on then contracts.cancelled_on end,
                    date '9999-12-31'
                )
        left join query_table(by_month) as rates
            on contracts.currency = rates.currency and month_of(graced.stated_on) = rates.month_on
        where graced.is_pending
        group by all
    ),

    amounts as (
        select
            graced.*,
            coalesce(carried.carried_arr, graced.served_arr, 0)::decimal(18, 2) as known_arr,
            coalesce(carried.unrated_count, 0) + graced.unrated_count = 0 as is_complete
        from graced
        left join carried using (account_id, stated_on, known_on)
    )

    select
        account_id,
        stated_on,
        known_on,
        case when is_complete then known_arr end as arr,
        known_arr,
        case when not is_pending then 0::decimal(18, 2) when is_complete then known_arr end as arr_pending,
        is_pending,
        in_force_count,
        -- In force, carried, of 0 ARR, or ended within the grace and not recorded churned.
        in_force_count > 0
        or is_pending
        or coalesce(stated_on - last_served_on <= getvariable('grace_days') and not is_recorded_churned, false)
            as is_scored,
        in_force_count = 0 and not is_pending and last_served_on is not null as has_left,
        last_served_on,
        next_served_on
    from amounts;
