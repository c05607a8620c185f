"""Which days of usage stand: those of a slice beside, or in place of, what earlier slices of the source told.

A day that comes with under half of the events that stand for it is more likely a broken export than the truth: it is
held back and reported.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from pipeline.ingest.cells import quoted
from pipeline.ingest.landing import temporary
from pipeline.warehouse import Warehouse

WINDOW_DAYS = 45
OLDEST = f"(select newest_on - {WINDOW_DAYS} from newest_day)"


@dataclass(frozen=True, slots=True)
class Part:
    """Good events of one file of a slice, in a view as `events` makes it; `namespace`: how it names accounts."""

    events: str
    file_id: str
    namespace: str


@dataclass(frozen=True, slots=True)
class Slice:
    """What a source told with one export: all files of one system and export time.

    `is_united`: days of the last weeks are united with what stands, event by event; else, and for older days always,
    the newer slice replaces an account's day.
    """

    system: str
    extracted_at: datetime
    is_united: bool
    zone: str
    parts: Sequence[Part]


def find_newest_day(warehouse: Warehouse, this: Slice) -> None:
    """Temp `newest_day`: that of the source's newest event so far; days after the export are mistakes of a clock."""
    exported_on = f"timezone({quoted(this.zone)}, timezone('UTC', timestamp '{this.extracted_at}'))::date"
    warehouse.execute(
        f"""
        create or replace temp table newest_day as
        select coalesce(greatest(
            (select max(used_on) from events where used_on <= {exported_on}),
            (select newest_on from meta.usage_sources where system = '{this.system}')
        ), {exported_on}) as newest_on
        """
    )


def judge_days(warehouse: Warehouse, this: Slice) -> None:
    """Temp `days`: what becomes of each account and day: new, united, replaced, or held for being under half."""
    warehouse.execute(
        f"""
        create or replace temp table days as
        with
        told as (
            select account_id, used_on, sum(event_count)::bigint as is_count from sums group by account_id, used_on
        ),
        standing as (
            select account_id, used_on, sum(event_count)::bigint as was_count
            from accepted.usage_user_days semi join told using (account_id, used_on)
            where _system = '{this.system}'
            group by account_id, used_on
        )
        select told.*, standing.was_count,
            case
                when standing.was_count is null then 'new'
                when {this.is_united} and told.used_on > {OLDEST} then 'united'
                when told.is_count * 2 < standing.was_count then 'held'
                else 'replaced'
            end as fate
        from told left join standing using (account_id, used_on)
        """
    )


def let_stand(warehouse: Warehouse, this: Slice) -> None:
    """Put the slice's days in place of those that it replaces, and beside the others."""
    for name in ("usage_user_days", "usage_feature_days"):
        warehouse.execute(
            f"""
            delete from accepted.{name} as standing using days
            where standing._system = '{this.system}' and standing.account_id = days.account_id
                and standing.used_on = days.used_on and days.fate = 'replaced'
            """
        )
    _name_files(warehouse, this)
    origin = f"""'{this.system}' as _system, timestamp '{this.extracted_at}' as _extracted_at, file_id as _file_id,
        _line, namespace as _account_namespace, false as _is_deleted"""
    standing = _standing_sums(warehouse, this)
    if warehouse.value(f"select exists(from ({standing}))"):
        _add_sums(warehouse, standing, origin)
    _hold_back(warehouse, this)


def _add_sums(warehouse: Warehouse, standing: str, origin: str) -> None:
    """Never called for no rows: see `Warehouse.add`, which would add up twice here."""
    warehouse.execute(
        f"""
        insert into accepted.usage_user_days by name
        select account_id, user_id, used_on, event_count, {origin}
        from (
            select account_id, user_id, used_on, _part, sum(event_count)::bigint as event_count, min(_line) as _line
            from ({standing}) group by account_id, user_id, used_on, _part
        ) inner join slice_files using (_part);

        insert into accepted.usage_feature_days by name
        select account_id, feature, used_on, event_count, active_users, {origin}
        from (
            select account_id, feature, used_on, _part, sum(event_count)::bigint as event_count,
                count(user_id) filter (is_new_user) as active_users, min(_line) as _line
            from ({standing}) group by account_id, feature, used_on, _part
        ) inner join slice_files using (_part)
        """
    )


def _name_files(warehouse: Warehouse, this: Slice) -> None:
    files = [(number, part.file_id, part.namespace) for number, part in enumerate(this.parts)]
    schema = {"_part": pl.Int64, "file_id": pl.String, "namespace": pl.String}
    temporary(warehouse, "slice_files", pl.DataFrame(files, schema=schema, orient="row"))


def _standing_sums(warehouse: Warehouse, this: Slice) -> str:
    """The sums of days that are not held back; `is_new_user`: no other file told of this user, feature and day.

    With it, active users may be added up over files.
    """
    held = warehouse.value("select count(*) from days where fate = 'held'")
    kept = "from sums anti join (from days where fate = 'held') using (account_id, used_on)" if held else "from sums"
    told = [*_told_by_siblings(this), *_told_before(warehouse, this)]
    if not told:
        return f"select *, true as is_new_user from ({kept})"
    warehouse.execute(f"create or replace temp table told_users as {' union '.join(told)}")
    return f"""
        select kept.*, told_users._part is null as is_new_user
        from ({kept}) as kept left join told_users using (account_id, user_id, feature, used_on, _part)
    """


def _told_by_siblings(this: Slice) -> list[str]:
    if len(this.parts) < 2:
        return []
    return [
        """
        select account_id, user_id, feature, used_on, _part
        from sums inner join slice_files using (_part)
        qualify row_number() over (partition by account_id, user_id, feature, used_on order by file_id, _part) > 1
        """
    ]


def _told_before(warehouse: Warehouse, this: Slice) -> list[str]:
    seen = f"(select id from meta.usage_seen where system = '{this.system}' and what = 'user')"
    if not this.is_united or not warehouse.value(f"select count(*) from {seen}"):
        return []
    return [
        f"""
        select account_id, user_id, feature, used_on, _part
        from sums where hash(account_id, user_id, feature, used_on) in {seen}
        """
    ]


def _hold_back(warehouse: Warehouse, this: Slice) -> None:
    """Note the days that were not replaced because too little came for them; a day that came whole since is settled."""
    warehouse.execute(
        f"""
        delete from meta.held_back as held using days
        where held.system = '{this.system}' and held.account_id = days.account_id and held.used_on = days.used_on
            and days.fate <> 'held';

        insert into meta.held_back by name
        select 'usage_events' as table_name, '{this.system}' as system, timestamp '{this.extracted_at}' as extracted_at,
            (select min(file_id) from slice_files) as file_id, account_id, used_on, was_count, is_count
        from days where fate = 'held'
        """
    )
