"""Usage events of one export time added up: by account, user and day, and by account, feature and day.

Files of one export time are one slice of the source. Slices are added in the order of their export times, so that what
stands does not depend on the order of runs: one that comes late marks its source stale, and `usage_again` starts over.
"""

from pipeline.ingest.usage_days import OLDEST, Slice, find_newest_day, judge_days, let_stand
from pipeline.warehouse import Warehouse


def add_slice(warehouse: Warehouse, this: Slice) -> dict[str, int]:
    """Add the events to the days of `accepted`; by file id, how many of them repeat one that counts already."""
    _gather(warehouse, this)
    in_order = not is_late(warehouse, this)
    if in_order:
        find_newest_day(warehouse, this)
        _forget_old(warehouse, this.system)
    has_repeats = _find_repeats(warehouse, this, in_order)
    repeats = _repeats_by_file(warehouse, this) if has_repeats else {}
    if in_order:
        _add_up(warehouse, has_repeats)
        judge_days(warehouse, this)
        let_stand(warehouse, this)
        _remember(warehouse, this)
    else:
        _mark_stale(warehouse, this.system)
    for name in ("crowded_ids", "repeats", "sums", "days", "newest_day", "slice_files"):
        warehouse.execute(f"drop table if exists {name}")
    warehouse.execute("drop view if exists events")
    return repeats


def is_late(warehouse: Warehouse, this: Slice) -> bool:
    """Whether a slice of the same or a later export time was added before, or the source is stale already."""
    return bool(
        warehouse.value(
            "select count(*) from meta.usage_sources where system = ? and (is_stale or newest_extracted_at >= ?)",
            [this.system, this.extracted_at],
        )
    )


def _gather(warehouse: Warehouse, this: Slice) -> None:
    """Temp view `events`: the good events of every file of the slice."""
    selects = " union all ".join(
        f"select *, {number} as _part from {part.events} where _is_good" for number, part in enumerate(this.parts)
    )
    warehouse.execute(f"create or replace temp view events as {selects}")


def _find_repeats(warehouse: Warehouse, this: Slice, in_order: bool) -> bool:
    """Temp `repeats`: events that are told a second time, by this slice or by an earlier one; whether there are any."""
    seen = f"(select id as _id from meta.usage_seen where system = '{this.system}' and what = 'event' and {in_order})"
    warehouse.execute(
        f"""
        create or replace temp table crowded_ids as
        select _id, false as was_seen from events group by _id having count(*) > 1
        union all
        select _id, true as was_seen from events semi join {seen} using (_id) group by _id
        """
    )
    if not warehouse.value("select count(*) from crowded_ids"):
        return False
    warehouse.execute(
        """
        create or replace temp table repeats as
        with crowded as (select _id, bool_or(was_seen) as was_seen from crowded_ids group by _id)
        select * exclude (place, was_seen)
        from (
            select events.*, crowded.was_seen, row_number() over (
                partition by _id order by account_id, used_on, feature, user_id, quantity, _part, _line
            ) as place
            from events inner join crowded using (_id)
        )
        where place > 1 or was_seen
        """
    )
    return True


def _repeats_by_file(warehouse: Warehouse, this: Slice) -> dict[str, int]:
    counts: dict[str, int] = {}
    for part, count in warehouse.frame("select _part, count(*) as count from repeats group by _part").rows():
        counts[this.parts[part].file_id] = counts.get(this.parts[part].file_id, 0) + count
    return counts


def _add_up(warehouse: Warehouse, has_repeats: bool) -> None:
    """Temp `sums`: events by account, user, feature, day and file, each event once."""
    warehouse.execute(f"create or replace temp table sums as {_sums_sql('events')}")
    if has_repeats:
        warehouse.execute(
            f"""
            update sums set event_count = sums.event_count - again.event_count,
                told_count = sums.told_count - again.told_count
            from ({_sums_sql("repeats")}) as again
            where sums.account_id = again.account_id and sums.user_id is not distinct from again.user_id
                and sums.feature = again.feature and sums.used_on = again.used_on and sums._part = again._part;

            delete from sums where told_count = 0
            """
        )


def _sums_sql(name: str) -> str:
    return f"""
        select account_id, user_id, feature, used_on, _part, sum(quantity)::bigint as event_count,
            count(*) as told_count, min(_line) as _line
        from {name} group by account_id, user_id, feature, used_on, _part
    """


def _forget_old(warehouse: Warehouse, system: str) -> None:
    """Events of before the last weeks are no longer told apart one by one: their days are replaced."""
    warehouse.execute(f"delete from meta.usage_seen where system = '{system}' and used_on <= {OLDEST}")


def _remember(warehouse: Warehouse, this: Slice) -> None:
    """Move the source's newest day and keep, of its last weeks, the hashes by which repeats are known."""
    if this.is_united:
        _remember_seen(warehouse, this.system)
    warehouse.execute(
        f"""
        delete from meta.usage_sources where system = '{this.system}';
        insert into meta.usage_sources
        select '{this.system}', newest_on, timestamp '{this.extracted_at}', false from newest_day
        """
    )


def _remember_seen(warehouse: Warehouse, system: str) -> None:
    known = f"select id from meta.usage_seen where system = '{system}' and what = "
    warehouse.add(
        "meta.usage_seen",
        f"""
        select '{system}' as system, 'event' as what, _id as id, max(used_on) as used_on from events
        where used_on > {OLDEST} and _id not in ({known} 'event')
        group by _id
        """,
    )
    warehouse.add(
        "meta.usage_seen",
        f"""
        select '{system}' as system, 'user' as what, hash(account_id, user_id, feature, used_on) as id, used_on
        from sums
        where used_on > {OLDEST} and user_id is not null
            and hash(account_id, user_id, feature, used_on) not in ({known} 'user')
        group by id, used_on
        """,
    )


def _mark_stale(warehouse: Warehouse, system: str) -> None:
    warehouse.execute("update meta.usage_sources set is_stale = true where system = ?", [system])
