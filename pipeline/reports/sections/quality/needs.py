"""What needs a hand before the figures of a week can be trusted, ranked by the ARR at stake.

The quality report lists it, and the lines at the end of a run are drawn from the same facts.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from pipeline.ledger import Ledger
from pipeline.policy import Component
from pipeline.reports import wording
from pipeline.reports.sections.quality.words import (
    CHECKS,
    FIELDS,
    TOUCHES,
    alias_line,
    effect_of,
    feed_state,
    file_name,
    gap_words,
    held_back_words,
    reason,
    rule_words,
    unmatched_words,
)

Row = dict[str, Any]
Parts = Mapping[str, Component]

UNUSABLE = ("failed", "unknown", "refused")
NOT_FRESH = ("missing", "stale", "late")
EXPIRING_DAYS = 30


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that needs a hand: what it touches (a key of TOUCHES), what to do, the ARR at stake where known."""

    touches: str
    what: str
    do: str
    arr: Decimal | None = None


def needs(ledger: Ledger, parts: Parts) -> list[Need]:
    """What is not up to date, then what changes figures, then what weakens scores; each by ARR, unknown ARR last."""
    found = [
        *_unusable(ledger),
        *_feeds(ledger, parts),
        *_unmatched(ledger),
        *_findings(ledger),
        *_rejects(ledger),
        *_loads(ledger),
        *_gaps(ledger),
        *_overrides(ledger),
    ]
    places = list(TOUCHES)
    return sorted(found, key=lambda need: (places.index(need.touches), need.arr is None, -(need.arr or 0)))


def not_fresh(ledger: Ledger) -> list[Row]:
    """The expected feeds that are late, stale or missing, the worst first."""
    behind = ledger.feeds.filter(pl.col("is_expected") & pl.col("state").is_in(NOT_FRESH))
    return sorted(behind.to_dicts(), key=lambda feed: (NOT_FRESH.index(feed["state"]), feed["feed"]))


def not_expected(ledger: Ledger) -> list[str]:
    """The feeds that brought rows and that no line of the settings expects; keys of accounts come with their source."""
    unasked = ledger.feeds.filter(~pl.col("is_expected") & pl.col("has_rows") & (pl.col("feed") != "account_keys"))
    return unasked["feed"].sort().to_list()


def switched_off(ledger: Ledger, parts: Parts) -> list[Row]:
    """Health components that no score uses because a feed is not expected: label, feeds, whether rows came."""
    if ledger.feeds.is_empty():
        return []
    feeds = {feed["feed"]: feed for feed in ledger.feeds.to_dicts()}
    off = []
    for part in parts.values():
        lacking = [feed for feed in part.feeds if not feeds.get(feed, {}).get("is_expected")]
        if lacking:
            has_rows = all(feeds.get(feed, {}).get("has_rows") for feed in lacking)
            off.append({"label": part.label, "feeds": lacking, "has_rows": has_rows})
    return off


def expiring(ledger: Ledger) -> list[Row]:
    """Overrides that end within 30 days, the first to end first, with the account's name and ARR."""
    soon = pl.col("expires_on").is_between(ledger.as_of, ledger.as_of + timedelta(days=EXPIRING_DAYS))
    named = ledger.overrides.filter(soon).join(ledger.customers, on="account_id", how="left")
    return named.sort("expires_on", "account_id").to_dicts()


def gaps_by_field(ledger: Ledger) -> list[Row]:
    """Empty fields over all customers: field, records and customers that lack it, and the ARR of those."""
    arr = ledger.customers.select("account_id", "arr")
    rows = (
        ledger.gaps.join(arr, on="account_id", how="left")
        .group_by("field")
        .agg(pl.col("record_count").sum(), pl.len().alias("customers"), pl.col("arr").sum())
    )
    return sorted(rows.to_dicts(), key=lambda row: (-row["arr"], row["field"]))


def _unusable(ledger: Ledger) -> Iterator[Need]:
    files = ledger.newest.filter(pl.col("status").is_in(UNUSABLE)).unique("path", keep="first", maintain_order=True)
    for row in files.to_dicts():
        name = file_name(row["path"])
        if row["status"] == "failed":
            do = "Correct the export or its mapping; until then the last good data stand."
            yield Need("gate", f"{name} was not applied: {reason(row)}", do)
        else:
            do = f"Run `bellwether map` on it, or take it out of exports/: {row['note']}"
            yield Need("figures", f"{name} was not {'recognised' if row['status'] == 'unknown' else 'read'}", do)


def _feeds(ledger: Ledger, parts: Parts) -> Iterator[Need]:
    book = total_arr(ledger)
    for feed in not_fresh(ledger):
        fed = [part.label.lower() for part in parts.values() if feed["feed"] in part.feeds]
        what = f"{wording.word(feed['feed'])} {feed_state(feed)}"
        effect = f": {effect_of(feed, fed)} for every customer" if fed else ""
        yield Need("gate", what + effect, f"Export {wording.word(feed['feed']).lower()} again.", book)


def total_arr(ledger: Ledger) -> Decimal:
    """The ARR of all customers."""
    total: Decimal = sum(ledger.customers.filter(pl.col("is_customer"))["arr"].drop_nulls(), Decimal(0))
    return total


def _unmatched(ledger: Ledger) -> Iterator[Need]:
    for row in ledger.unmatched.filter(pl.col("arr").is_not_null()).to_dicts():
        yield Need("figures", unmatched_words(row), f"Add to sources/aliases.csv: {alias_line(row)}", row["arr"])
    others = ledger.unmatched.filter(pl.col("arr").is_null())
    if others.height:
        rows = wording.counted(int(others["row_count"].sum()), "row")
        names = wording.counted(others.height, "more name" if others.height < ledger.unmatched.height else "name")
        verb = "leads" if others.height == 1 else "lead"
        yield Need(
            "scores",
            f"{names} of accounts {verb} nowhere; {rows} wait",
            "Add them to sources/aliases.csv; see Matching.",
        )


def _findings(ledger: Ledger) -> Iterator[Need]:
    arr = ledger.customers.select("account_id", "arr")
    found = ledger.found.filter(pl.col("check").is_in(list(CHECKS))).join(arr, on="account_id", how="left")
    counted = found.group_by("check", maintain_order=True).agg(
        pl.col("account_id").n_unique().alias("accounts"), pl.col("arr").sum()
    )
    for row in counted.to_dicts():
        touches, what, do = CHECKS[row["check"]]
        yield Need(touches, what.format(wording.counted(row["accounts"], "account")), do, row["arr"])


def _rejects(ledger: Ledger) -> Iterator[Need]:
    lost = ledger.rules.filter(~pl.col("is_aside") & pl.col("table_name").is_in(["accounts", "contracts"]))
    for table, rows in lost.group_by("table_name", maintain_order=True):
        count = wording.counted(int(rows["row_count"].sum()), "reason")
        rules = wording.listed(list(dict.fromkeys(rule_words(row) for row in rows.to_dicts())))
        what = f"{wording.word(str(table[0]))} lack rows that were rejected for {count}: {rules}"
        yield Need("figures", what, "Correct them in the tool and export again; see Rejects.")


def _loads(ledger: Ledger) -> Iterator[Need]:
    for row in ledger.volume.filter(pl.col("state").is_in(["half", "double"])).to_dicts():
        usual = wording.number(row["usual_count"])
        what = f"{row['source']} {row['export']} brought {wording.number(row['row_count'])} rows, usually {usual}"
        yield Need("figures", what, "Check the period and the filters of the export.")
    for row in ledger.drift.filter(pl.col("vanished").list.len() > 0).to_dicts():
        names = wording.listed(row["vanished"][:4])
        yield Need(
            "scores", f"{row['source']} {row['export']} no longer has {names}", "Add the columns to the export again."
        )
    for row in ledger.held_back.to_dicts():
        yield Need(
            "figures", f"{file_name(row['path'])}: {held_back_words(row)}", "Check the export; the earlier rows stand."
        )


def _gaps(ledger: Ledger) -> Iterator[Need]:
    for row in gaps_by_field(ledger):
        known = FIELDS.get(row["field"])
        yield Need("scores", gap_words(row["field"], row["record_count"]), known.effect if known else "", row["arr"])


def _overrides(ledger: Ledger) -> Iterator[Need]:
    for row in expiring(ledger):
        what = f"The override of {row['account_name'] or row['account_id']} to {wording.band_word(row['band'])}"
        do = f"Renew it or let it go: {row['reason']} ({row['author']})."
        yield Need("scores", f"{what} ends on {wording.day(row['expires_on'])}", do, row["arr"])
