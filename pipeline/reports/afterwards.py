"""One screen at the end of a run: what a person has to know or do, and nothing when there is nothing to say."""

import textwrap
from collections.abc import Sequence

import polars as pl

from pipeline.ledger import Ledger
from pipeline.reports import wording
from pipeline.reports.sections.quality.needs import Parts, Row, expiring, not_expected, not_fresh, switched_off
from pipeline.reports.sections.quality.words import (
    CHECKS,
    alias_line,
    feed_state,
    file_name,
    first_of,
    gap_words,
    held_back_words,
    rule_words,
)

WIDTH, MOST, SHOWN = 100, 40, 5
SHOWN_FILES = 12
REPORT = "quality/quality.html"


def lines(ledger: Ledger, parts: Parts, unused: Sequence[str] = ()) -> list[str]:
    """At most 40 lines of 100 columns, section by section; empty when nothing needs a hand.

    `unused` are the files that were not loaded, each with its reason. Without marts only the load itself is told.
    """
    sections = [
        _section("Not loaded", unused, SHOWN_FILES),
        _section("Feeds", _feeds(ledger)),
        _section("Loads", _loads(ledger)),
        _section(f"Rejected, {_rejected(ledger)}", _rules(ledger)),
        _section(f"Accounts that nobody knows, {_waiting(ledger)}", _unmatched(ledger)),
        _section("Customers without rows of their own", _absent(ledger)),
        _section("Missing, by owner", _gaps(ledger)),
        _section("Switched off in the health score", _off(ledger, parts)),
        _section(f"Overrides that end within 30 days of {wording.day(ledger.as_of)}", _overrides(ledger)),
    ]
    return _fitted([section for section in sections if section])


def _section(title: str, items: Sequence[str], most: int = SHOWN) -> list[str]:
    shown, more = first_of(list(items), most)
    rest = [f"  {more} more in {REPORT}"] if more else []
    return [f"{title}:", *(line for item in shown for line in _wrapped(item)), *rest] if shown else []


def _wrapped(item: str) -> list[str]:
    made = textwrap.wrap(item, WIDTH, initial_indent="  ", subsequent_indent="    ", max_lines=3, placeholder=" \u2026")
    return made or [""]


def _fitted(sections: list[list[str]]) -> list[str]:
    told = [line for section in sections for line in section]
    return told if len(told) <= MOST else [*told[: MOST - 1], f"More in {REPORT}."]


def _feeds(ledger: Ledger) -> list[str]:
    behind = [f"{feed['feed']} is {feed['state']}: it {feed_state(feed)}" for feed in not_fresh(ledger)]
    others = not_expected(ledger)
    return [*behind, *([f"loaded, not expected: {', '.join(others)}"] if others else [])]


def _loads(ledger: Ledger) -> list[str]:
    odd = ledger.volume.filter(pl.col("state").is_in(["half", "double"])).to_dicts()
    return [
        *(
            f"{row['source']} {row['export']}: {wording.number(row['row_count'])} rows for {row['table_name']}, "
            f"usually {wording.number(row['usual_count'])}"
            for row in odd
        ),
        *(f"{row['source']} {row['export']}: {_drift(row)}" for row in ledger.drift.to_dicts()),
        *(f"{file_name(row['path'])}: {held_back_words(row)}" for row in ledger.held_back.to_dicts()),
    ]


def _drift(row: Row) -> str:
    words = [
        f"{label} {', '.join(row[kind])}"
        for kind, label in (("vanished", "columns gone"), ("appeared", "columns new"), ("moved", "columns moved"))
        if row[kind]
    ]
    return "; ".join(words)


def _rejected(ledger: Ledger) -> str:
    count = int((ledger.newest["rejected"] - ledger.newest["set_aside"]).sum() or 0)
    return f"{wording.counted(count, 'row')} (each with its remedy: bellwether quarantine list)"


def _rules(ledger: Ledger) -> list[str]:
    return [
        f"{row['row_count']} x {row['source']} {row['table_name']}: {rule_words(row)}"
        for row in ledger.rules.filter(~pl.col("is_aside")).to_dicts()
    ]


def _waiting(ledger: Ledger) -> str:
    arr = ledger.unmatched["arr"].sum() or 0
    rows = wording.counted(int(ledger.unmatched["row_count"].sum()), "row")
    money = f" and {wording.money(arr, ledger.currency)} of ARR" if arr else ""
    return f"{wording.counted(ledger.unmatched.height, 'name')} with {rows}{money} (add to sources/aliases.csv)"


def _unmatched(ledger: Ledger) -> list[str]:
    return [_name(ledger, row) for row in ledger.unmatched.to_dicts()]


def _name(ledger: Ledger, row: Row) -> str:
    money = f"{wording.money(row['arr'], ledger.currency)}, " if row["arr"] is not None else ""
    deleted = ", deleted there" if row["is_deleted"] else ""
    perhaps = ""
    if row["proposed_account_id"]:
        perhaps = f"; perhaps {row['proposed_account_name']} ({row['similarity']:.0%} alike)"
    return f"{alias_line(row)}  ({money}{wording.counted(row['row_count'], 'row')}{deleted}{perhaps})"


def _absent(ledger: Ledger) -> list[str]:
    absent = ledger.found.filter(pl.col("check") == "customers_absent_from_feeds")
    known = absent.join(ledger.customers, on="account_id", how="left").sort("arr", descending=True, nulls_last=True)
    if known.is_empty():
        return []
    arr = wording.money(known["arr"].sum(), ledger.currency)
    names = wording.listed([str(name) for name in known["account_name"].head(3)])
    what = CHECKS["customers_absent_from_feeds"][1].format(wording.counted(known.height, "account"))
    return [f"{what} ({arr} of ARR): {names}{' and others' if known.height > 3 else ''}"]


def _gaps(ledger: Ledger) -> list[str]:
    counts = ledger.gaps.group_by("csm", "field").agg(pl.col("record_count").sum())
    ordered = counts.sort("record_count", "field", descending=[True, False])
    owners = ordered.group_by("csm").agg("field", "record_count", pl.col("record_count").sum().alias("total"))
    ranked = owners.sort("total", "csm", descending=[True, False], nulls_last=True)
    return [
        f"{row['csm'] or 'No CSM'}: "
        + ", ".join(gap_words(*pair) for pair in zip(row["field"], row["record_count"], strict=True))
        for row in ranked.to_dicts()
    ]


def _off(ledger: Ledger, parts: Parts) -> list[str]:
    """One line for the feeds that would switch components on; those that are loaded already come first."""
    labels: dict[tuple[bool, str], list[str]] = {}
    for part in switched_off(ledger, parts):
        labels.setdefault((not part["has_rows"], wording.listed(part["feeds"])), []).append(part["label"].lower())
    return [
        f"{', '.join(names)}: {'export' if is_absent else 'loaded is'} {feeds}; name it under [feeds] expected"
        for (is_absent, feeds), names in sorted(labels.items())
    ]


def _overrides(ledger: Ledger) -> list[str]:
    return [
        f"{row['account_name'] or row['account_id']}: {wording.band_word(row['band'])} until "
        f"{wording.day(row['expires_on'])} ({row['author']})"
        for row in expiring(ledger)
    ]
