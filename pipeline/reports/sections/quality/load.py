"""The blocks of the quality report about the load itself: the balance, volume, headers, rejects and every file."""

from typing import Any

import polars as pl

from pipeline.ledger import Ledger
from pipeline.reports import wording
from pipeline.reports.sections.quality.words import file_name, held_back_words, rule_words

Row = dict[str, Any]
COUNTS = ("rows_read", "accepted", "rejected", "set_aside", "duplicates", "deleted", "orphans")
STATES = {"half": "Half", "double": "Double", "usual": "Usual", "unjudged": "Not judged"}
STATUSES = ("failed", "unknown", "refused", "loaded", "ignored")


def balance(ledger: Ledger) -> Row:
    """The one line that has to add up: rows read = accepted + rejected + set aside + duplicates, and files by status.

    Of the newest load of every export. A record that feeds two tables is read once for each. `rejected` is without the
    rows set aside by rule; `earlier` counts the files before, whose rows stand as well.
    """
    sums = _sums(ledger.newest)
    paths = ledger.newest.unique("path", keep="first", maintain_order=True)
    before = ledger.files.filter(~pl.col("is_newest").fill_null(value=True))
    return {
        **sums,
        "rejected": sums["rejected"] - sums["set_aside"],
        "files": {status: paths.filter(pl.col("status") == status).height for status in STATUSES},
        "earlier": before["path"].n_unique(),
        "adds_up": sums["rows_read"] == sums["accepted"] + sums["rejected"] + sums["duplicates"],
    }


def _sums(files: pl.DataFrame) -> dict[str, int]:
    sums: dict[str, int] = files.select(pl.col(*COUNTS).sum()).to_dicts()[0]
    return sums


def sources(ledger: Ledger) -> list[Row]:
    """One row per source, over its newest loads: files, rows, what became of them, and when it was last exported."""
    loaded = ledger.newest.filter(pl.col("source").is_not_null())
    rows = loaded.group_by("source").agg(
        pl.col("path").n_unique().alias("files"),
        pl.col(*COUNTS).sum(),
        pl.col("extracted_at").max(),
        pl.col("encoding").drop_nulls().unique().sort(),
    )
    named = rows.with_columns((pl.col("rejected") - pl.col("set_aside")).alias("rejected"))
    return named.sort("rows_read", "source", descending=[True, False]).to_dicts()


def volume(ledger: Ledger) -> Row:
    """The newest load of each export beside what is usual: the odd ones first; how many could be judged."""
    order = {"half": 0, "double": 0, "usual": 1, "unjudged": 2}
    rows = [{**row, "state_word": STATES[row["state"]]} for row in ledger.volume.to_dicts()]
    judged = [row for row in rows if row["state"] != "unjudged"]
    ranked = sorted(judged, key=lambda row: (order[row["state"]], row["source"], row["export"], row["table_name"]))
    odd = sum(row["state"] in ("half", "double") for row in rows)
    return {"rows": ranked, "count": len(rows), "unjudged": len(rows) - len(judged), "odd": odd}


def headers(ledger: Ledger) -> Row:
    """Columns that came, went or moved since the load before, and columns that no table takes."""
    unread = ledger.newest.filter(pl.col("unmapped").list.len() > 0).unique("path", keep="first", maintain_order=True)
    return {
        "drift": ledger.drift.sort("source", "export").to_dicts(),
        "unread": [{"name": file_name(row["path"]), "columns": row["unmapped"]} for row in unread.to_dicts()],
    }


def remarks(ledger: Ledger) -> list[Row]:
    """What was found and repaired in a file, files of an unconfirmed format, loads held back, readings that had to
    be decided; one row each."""
    once = ledger.newest.unique("path", keep="first", maintain_order=True)
    told = [
        {"name": file_name(row["path"]), "text": text}
        for row in once.to_dicts()
        for text in [row["remarks"], _confidence(row)]
        if text
    ]
    names = dict(once.select("file_id", "path").iter_rows())
    held = [{"name": file_name(row["path"]), "text": held_back_words(row)} for row in ledger.held_back.to_dicts()]
    decided = [
        {"name": file_name(names.get(row["file_id"])), "text": f"{row['header'] or row['column_name']}: {row['how']}"}
        for row in ledger.readings.to_dicts()
        if row["file_id"] in names
    ]
    return [*held, *told, *decided]


def rejects(ledger: Ledger) -> Row:
    """Reject rules with their first examples and remedy, and what was set aside because it is no fact."""
    rows = [{**row, "words": rule_words(row), "examples": _examples(row)} for row in ledger.rules.to_dicts()]
    return {
        "rows": [row for row in rows if not row["is_aside"]],
        "aside": [row for row in rows if row["is_aside"]],
    }


def every_file(ledger: Ledger) -> list[Row]:
    """One row per file and table: the newest loads first, of them those that need a look; ignored files last."""
    rank = {status: place for place, status in enumerate(STATUSES)}
    rows = [
        {**row, "name": file_name(row["path"]), "rejected": (row["rejected"] or 0) - (row["set_aside"] or 0)}
        for row in ledger.files.to_dicts()
    ]
    return sorted(
        rows,
        key=lambda row: (
            row["is_newest"] is False,
            rank.get(row["status"], 9),
            row["source"] or "",
            row["path"],
            row["table_name"] or "",
        ),
    )


def _examples(row: Row) -> list[Row]:
    return [{**one, "name": file_name(one["path"])} for one in row["examples"] or []]


def _confidence(row: Row) -> str:
    if row["confidence"] != "unconfirmed":
        return ""
    format_name = wording.listed([str(row["source"]), str(row["export"])], " ")
    return f"Read as {format_name}, a format that is not confirmed: check a few rows."
