"""Removing: old runs, and people or accounts that must not be kept."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.options import (
    Options,
    YesOption,
    answered,
    as_date,
    confirmed,
    in_columns,
    running,
    today,
)
from pipeline.cli.shared import shared
from pipeline.cli.week import through
from pipeline.errors import RunFailed, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.ingest.forgetting import Leaving
    from pipeline.runs import Run


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("prune", help="Remove old published days and records of runs; the newest and the archive stay.")(
        shared(prune, without=("as_of",))
    )
    app.command(
        "forget", help="Remove an account or a person everywhere, and keep later exports from bringing it back."
    )(shared(forget))


def prune(
    older_than: Annotated[str, typer.Option("--older-than", help="So many days, such as 180d, or a day, YYYY-MM-DD.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    *,
    options: Options,
) -> None:
    """Print what goes, with its size, and remove it."""
    from pipeline.pruning import prunable, remove
    from pipeline.runs import held

    before = _cut_off(older_than)
    place = options.open_workspace()
    with held(place, "prune"):
        old = prunable(place, before)
        if not dry_run:
            remove(old)
    rows = [(one.what, one.path.relative_to(place.root), f"{one.byte_count / 1e6:.1f}") for one in old]
    said = f"{'would remove' if dry_run else 'removed'} {len(old)} from before {before}"
    answered(
        {"before": before, "is_dry_run": dry_run, "removed": old},
        [*in_columns(("what", "path", "MB"), rows), said] if rows and not options.quiet else [said],
    )


def forget(
    who: Annotated[str, typer.Argument(help="An account's id or whole name, or an e-mail address.")],
    yes: YesOption = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go and what would stay.")] = False,
    *,
    options: Options,
) -> None:
    """Take them out of the archive, rebuild the warehouse, remove their packs, and say what still holds them."""
    with running(options, "forget") as run:
        meant, told = _found(run, who)
        is_agreed = not dry_run and confirmed(f"{_question(who, told)} This cannot be undone. Go on?", is_sure=yes)
        if is_agreed:
            _remove(run, options, meant)
    told["is_done"] = is_agreed
    answered(told, _told_in_lines(who, told))
    if not is_agreed and not dry_run:
        raise UsageError("nothing was removed", "Pass --yes, or answer the question on a terminal.")


def _found(run: "Run", who: str) -> tuple["Leaving", dict[str, Any]]:
    """Who is meant, and everything that names them."""
    from pipeline.forgetting import documents_naming, notes_naming, packs_of
    from pipeline.ingest.forgetting import exports_naming, leaving, rows_naming
    from pipeline.ingest.guard import Guard
    from pipeline.stages.briefing import read_aliases
    from pipeline.warehouse import open_warehouse

    place = run.workspace
    if not place.warehouse.is_file():
        raise RunFailed(f"{place.root}: nothing was ingested yet", "Run `bellwether ingest` first.")
    aliases = read_aliases(place.sources / "aliases.csv")
    named = dict(aliases.select("external_id", "account_id").iter_rows())
    with open_warehouse(place.warehouse, [place.staged]) as warehouse:
        meant = leaving(warehouse, who, named)
        rows = rows_naming(warehouse, meant)
    with Guard() as guard:
        exports = exports_naming(place, meant, guard)
    _clear_copies(place.staged)
    told = {
        "kind": meant.kind,
        "accounts": list(meant.accounts),
        "names": len(meant.names) + len(meant.emails),
        "rows": rows,
        "packs": [str(path.relative_to(place.root)) for path in packs_of(place, meant)],
        "documents": documents_naming(place, meant),
        "exports": exports,
        "still_named_in": notes_naming(place, meant),
    }
    return meant, told


def _remove(run: "Run", options: Options, who: "Leaving") -> None:
    """First note the hashes, so that whatever fails afterwards, nothing brings them back; then take them out."""
    from pipeline.forgetting import clear, packs_of
    from pipeline.ingest.forgetting import redacted, remember
    from pipeline.ingest.guard import Guard
    from pipeline.ingest.recipes import sources_of

    place = run.workspace
    remember(place.archive, who)
    with Guard() as guard:
        redacted(place, sources_of(place), who, guard)
    clear(place, who, packs_of(place, who))
    through(run, options, ("ingest",))


def _question(who: str, told: Mapping[str, Any]) -> str:
    rows = sum(told["rows"].values())
    return f"{who}: {rows:,} rows of {len(told['rows'])} tables and {len(told['packs'])} packs go."


def _told_in_lines(who: str, told: Mapping[str, Any]) -> list[str]:
    done = "is forgotten" if told["is_done"] else "would be forgotten"
    lines = [f"{who} {done}: {told['names']} ids, names and addresses, kept as hashes only"]
    lines += [f"  {line}" for line in in_columns(("rows", "table"), [(n, table) for table, n in told["rows"].items()])]
    lines += [f"  pack {path}" for path in told["packs"]]
    for title, paths in (("exports/ still holds", told["exports"]), ("correct by hand", told["still_named_in"])):
        lines += [f"{title}: {path}" for path in paths]
    for day, documents in told["documents"].items():
        lines.append(f"out/{day} names it in {len(documents)} files: run `bellwether weekly --as-of {day}`")
    return lines


def _clear_copies(staged: "Path") -> None:
    for path in staged.glob("*"):
        path.unlink()


def _cut_off(text: str) -> date:
    """The day before which everything is old."""
    if days := re.fullmatch(r"(\d{1,5})d", text):
        return today() - timedelta(days=int(days.group(1)))
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise UsageError(f"--older-than {text!r} is no age and no day", "Write 180d, or a day as YYYY-MM-DD.")
    return as_date(text, "--older-than")
