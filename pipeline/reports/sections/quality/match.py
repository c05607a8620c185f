"""The blocks of the quality report about whom the rows name, what customers lack, and what the data checks found."""

from typing import Any

import polars as pl

from pipeline.ledger import Ledger
from pipeline.reports import wording
from pipeline.reports.sections.quality.words import CHECKS, FIELDS, alias_line

Row = dict[str, Any]
METHODS = ("by_id_count", "by_key_count", "by_alias_count", "by_domain_count", "by_name_count")


def matching(ledger: Ledger) -> Row:
    """How the names of accounts in each source and table lead to an account, the least complete first."""
    rows = [_match_row(row) for row in ledger.matches.to_dicts()]
    totals = {name: sum(row[name] for row in rows) for name in ("name_count", "matched_name_count", *METHODS)}
    row_count, matched = sum(row["row_count"] for row in rows), sum(row["matched_row_count"] for row in rows)
    return {
        "rows": sorted(rows, key=lambda row: (-row["unmatched"], row["system"], row["table_name"], row["namespace"])),
        **totals,
        "name_pct": wording.ratio(totals["matched_name_count"], totals["name_count"]),
        "row_pct": wording.ratio(matched, row_count),
        "row_count": row_count,
        "unmatched_rows": row_count - matched,
    }


def unmatched(ledger: Ledger) -> Row:
    """Names that lead nowhere, with the ARR and rows that wait, and the line that would settle each."""
    rows = [{**row, "alias": alias_line(row)} for row in ledger.unmatched.to_dicts()]
    return {
        "rows": rows,
        "count": len(rows),
        "arr": ledger.unmatched["arr"].sum() or 0,
        "row_count": int(ledger.unmatched["row_count"].sum()),
        "proposed": sum(row["proposed_account_id"] is not None for row in rows),
    }


def owners(ledger: Ledger) -> list[Row]:
    """Tables that several systems feed: rows that stand, rows used, and rows of a later owner that are not."""
    fed = ledger.owners.group_by("table_name").len().filter(pl.col("len") > 1)
    shared = ledger.owners.join(fed, on="table_name", how="semi")
    unused = (pl.col("row_count") - pl.col("used_count")).alias("unused")
    return shared.with_columns(unused).sort("table_name", "owner_rank", "system", nulls_last=True).to_dicts()


def completeness(ledger: Ledger) -> Row:
    """Empty fields that scores and renewals need, one row per CSM, one column per field that anyone lacks."""
    sums = ledger.gaps.group_by("csm", "field").agg(pl.col("record_count").sum())
    counts = {(csm, field): count for csm, field, count in sums.iter_rows()}
    present = sorted({field for _, field in counts}, key=lambda field: _place(field))
    customers = ledger.customers.filter("is_customer").group_by("csm").len()
    books: dict[str | None, int] = dict(customers.iter_rows())
    names = sorted(books, key=lambda csm: (csm is None, csm or ""))
    return {
        "fields": [{"field": field, "head": _head(field), "effect": FIELDS[field].effect} for field in present],
        "rows": [
            {"csm": csm or "No CSM", "customers": books[csm], "cells": [counts.get((csm, name), 0) for name in present]}
            for csm in names
        ],
        "totals": [sum(counts.get((csm, name), 0) for csm in names) for name in present],
        "customers": sum(books.values()),
    }


def findings(ledger: Ledger) -> list[Row]:
    """What every data check found: accounts concerned, their ARR, rows; checks without a finding count too."""
    arr = ledger.customers.select("account_id", "account_name", "arr")
    known = ledger.found.filter(pl.col("check") != "orphans")
    per_account = known.group_by("check", "account_id").agg(pl.col("row_count").sum())
    found = per_account.join(arr, on="account_id", how="left")
    rows = found.group_by("check").agg(
        pl.col("row_count").sum(),
        pl.col("account_id").drop_nulls().n_unique().alias("accounts"),
        pl.col("arr").sum(),
        pl.col("account_name").drop_nulls().sort().head(3).alias("names"),
    )
    told = [{**row, "words": _finding(row)} for row in rows.to_dicts()]
    return sorted(told, key=lambda row: (-row["arr"], row["check"]))


def _match_row(row: Row) -> Row:
    return {
        **row,
        "pct": wording.ratio(row["matched_name_count"], row["name_count"]),
        "unmatched": row["name_count"] - row["matched_name_count"],
        "unmatched_rows": row["row_count"] - row["matched_row_count"],
    }


def _finding(row: Row) -> str:
    known = CHECKS.get(row["check"])
    count = wording.counted(row["accounts"], "account")
    return (
        known[1].format(count) if known else f"{wording.word(row['check'])}: {wording.counted(row['row_count'], 'row')}"
    )


def _place(field: str) -> int:
    return list(FIELDS).index(field) if field in FIELDS else len(FIELDS)


def _head(field: str) -> str:
    heads = {
        "csm": "CSM",
        "end_date": "End date (contracts)",
        "notice_days": "Notice days (contracts)",
        "contact_email": "Contact e-mail",
        "strategic_alignment": "Alignment",
        "executive_sponsor": "Executive sponsor",
    }
    return heads.get(field) or wording.word(field)
