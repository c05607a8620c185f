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

-- An amount in the reporting currency, half up to the cent.
create or replace macro converted(amount, rate) as (amount::decimal(20, 2) * rate::decimal(18, 8))::decimal(18, 2);

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
