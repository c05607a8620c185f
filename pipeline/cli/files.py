"""Single files: how one would be read, and a proposal for one that no source knows."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.options import (
    Options,
    answered,
    confirmed,
    in_columns,
)
from pipeline.cli.shared import shared
from pipeline.errors import QualityGate, UsageError

if TYPE_CHECKING:
    from pipeline.ingest.looked_at import Look
    from pipeline.ingest.proposals import Proposed
    from pipeline.ingest.propose import Proposal
    from pipeline.workspace import Workspace

COLUMN = ("column", "fills", "kind", "empty", "unreadable", "first line", "how")
COUNT = ("table", "rows read", "accepted", "rejected", "set aside", "duplicates")
REJECT = ("records", "table", "column", "rule", "first line", "first value", "remedy")
PROPOSED = ("column", "holds", "table", "fills", "sure", "why")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("map", help="Propose a mapping for an export that no source knows, and write it.")(
        shared(propose, without=("as_of",))
    )


def explained(file: Path, options: Options) -> None:
    """Answer with what every table in a file would become; QualityGate when one would not be loaded."""
    from pipeline.ingest.looked_at import looked_at
    from pipeline.ingest.recipes import sources_of

    workspace = options.open_workspace()
    looks = looked_at(file, workspace, sources_of(workspace), options.day(workspace.settings))
    lines = [line for one in looks for line in (*_look_in_lines(one), "")]
    answered(looks, lines or [f"{file} holds no table"])
    if any(one.status not in ("would be loaded", "ignored") for one in looks):
        raise typer.Exit(QualityGate.exit_code)


def propose(
    file: Annotated[Path, typer.Argument(help="An export; unpacked where it is zipped.")],
    write: Annotated[bool, typer.Option("--write", help="Write the proposal without asking.")] = False,
    system: Annotated[str | None, typer.Option("--system", help="What the tool is called. Default: the file.")] = None,
    *,
    options: Options,
) -> None:
    """Judge every column by its name and its values; what is written can be corrected, and is used by the next run."""
    from pipeline.ingest.proposals import proposal_for, written

    place = options.open_workspace()
    found = proposal_for(file, place, system, _accounts(place))
    target = place.sources / f"{found.system}.toml"
    answered(
        {
            "system": found.system,
            "path": target,
            "files": {name: _told(one) for name, one in found.files.items()},
            "known": found.known,
            "toml": found.toml,
        },
        [line for name, one in found.files.items() for line in _proposal_in_lines(name, one, found)],
    )
    if not found.toml:
        raise UsageError(*_why_not(file, found))
    if confirmed(f"Write {target}?", is_sure=write):
        written(target, found.toml)
        options.say(f"{target} written: read it through, then run `bellwether ingest`")
    else:
        options.say("nothing was written; pass --write to write it")


def _told(proposal: "Proposal") -> dict[str, object]:
    """A proposal for a machine: without the values of the file."""
    columns = [
        {"header": header, "kind": holds.kind, "rows": holds.rows, "filled": holds.filled, "distinct": holds.distinct}
        for header, holds in zip(proposal.header, proposal.profiles, strict=True)
    ]
    return {"columns": columns, "tables": proposal.tables, "nearest": proposal.nearest, "not_read": proposal.left_over}


def _accounts(place: "Workspace") -> Mapping[str, frozenset[str]]:
    from pipeline.ingest.proposals import known_accounts
    from pipeline.runs import held
    from pipeline.warehouse import open_warehouse

    if not place.warehouse.is_file():
        return {}
    with held(place, "map"), open_warehouse(place.warehouse, [place.staged]) as warehouse:
        return known_accounts(warehouse)


def _why_not(file: Path, found: "Proposed") -> tuple[str, str]:
    known = [f"{name} is the {what} export" for name, what in found.known.items()]
    if known and not found.files:
        return f"{file}: {'; '.join(known)}: nothing to propose", "`bellwether doctor FILE` explains how it is read."
    return (
        f"{file}: no canonical table can be filled from its columns",
        "The nearest are listed; map it by hand in sources/, or export the columns that are missing.",
    )


def _look_in_lines(one: "Look") -> Iterator[str]:
    yield f"{one.path}: {one.status}{', ' + one.note if one.note else ''}"
    facts = {
        "recognised as": f"{one.source} {one.export} ({one.confidence})" if one.source else "",
        "certainty": one.certainty,
        "next best": "; ".join(one.runners_up),
        "exported at": one.exported_at,
        "written in": one.encoding,
        "delimiter": repr(one.delimiter) if one.delimiter else "",
        "header": f"line {one.header_line}" if one.header_line else "",
        "records": f"{one.records:,}" if one.source else "",
        "damaged": f"{one.damaged:,} lines are no records" if one.damaged else "",
        "not mapped": ", ".join(one.unmapped),
    }
    yield from (f"  {name:<14}{value}" for name, value in facts.items() if value)
    yield from (f"  {'remark':<14}{remark}" for remark in one.remarks)
    columns = [
        (c.header, " ".join(c.fills) or "-", c.kind, c.empty, c.unreadable, c.first_unreadable_line, c.how)
        for c in one.columns
    ]
    for header, rows in ((COLUMN, columns), (COUNT, [_counts(row) for row in one.counts])):
        if rows:
            yield ""
            yield from (f"  {line}" for line in in_columns(header, rows))
    if one.rejects:
        yield ""
        yield from (f"  {line}" for line in in_columns(REJECT, [_reject(row) for row in one.rejects]))


def _counts(row: Mapping[str, object]) -> tuple[object, ...]:
    return tuple(row[name] for name in ("table_name", "rows_read", "accepted", "rejected", "set_aside", "duplicates"))


def _reject(row: Mapping[str, object]) -> tuple[object, ...]:
    names = ("records", "table_name", "column_name", "rule", "first_line", "first_value", "remedy")
    return tuple(row[name] for name in names)


def _proposal_in_lines(name: str, proposal: "Proposal", found: "Proposed") -> Iterator[str]:
    tables = " and ".join(table.table for table in proposal.tables) or "nothing for sure"
    yield f"{name}: {tables}"
    rows = [
        (
            proposal.header[match.place],
            proposal.profiles[match.place].kind,
            table.table,
            match.column,
            f"{match.confidence:.0%}",
            match.why,
        )
        for table in proposal.tables
        for match in table.matches
    ]
    others = [
        (proposal.header[place], proposal.profiles[place].kind, "", "-", "", why) for place, why in found.others[name]
    ]
    yield from (f"  {line}" for line in in_columns(PROPOSED, [*rows, *others]))
    for table in proposal.tables:
        if table.made_up_key:
            yield f"  no column names a row of {table.table}: its key is made of {', '.join(table.made_up_key)}"
        if table.account:
            yield f"  accounts of {table.table} are named as {table.account} names them"
    for near in proposal.nearest:
        missing = f"lacks {', '.join(near.missing)}" if near.missing else "complete, less likely"
        yield f"  else {near.table}: {missing}"
    yield ""
