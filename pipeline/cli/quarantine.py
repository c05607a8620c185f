"""The quarantine: what was set aside, in counts and in full, and given out for correction."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.options import (
    ANSWER,
    Options,
    answered,
    in_columns,
    looking,
    warned,
)
from pipeline.cli.replay import clear, held, reason_in_words, replay
from pipeline.cli.shared import shared
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from pipeline.ingest.quarantine import Held
    from pipeline.warehouse import Warehouse
    from pipeline.workspace import Workspace

TableOption = Annotated[str | None, typer.Option("--table", help="Only this canonical table.")]
RuleOption = Annotated[str | None, typer.Option("--rule", help="Only this rule.")]
FileOption = Annotated[str | None, typer.Option("--file", help="Only files whose path holds this.")]
AllOption = Annotated[bool, typer.Option("--all", help="Also rows that are no facts: blank, footers, previews.")]
NO_DAY = ("as_of",)
CLEAR = "nothing is in the quarantine"
COUNTED = ("records", "table", "rule", "columns", "to correct", "file")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    family = typer.Typer(help="What was set aside: list, show, export, and replay once it is corrected.")
    family.command("list", help="How many records, by file, table and rule.")(shared(list_counts, without=NO_DAY))
    family.command("show", help="Every record with its reasons, as it stands in the file.")(
        shared(show, without=NO_DAY)
    )
    family.command("export", help="A CSV per file in which a person corrects the records.")(
        shared(export, without=NO_DAY)
    )
    family.command("replay", help="Take corrected records back.")(shared(replay))
    app.add_typer(family, name="quarantine", no_args_is_help=True)
    app.command("replay", help="Take corrected records of the quarantine back.")(shared(replay))


def list_counts(
    table: TableOption = None,
    rule: RuleOption = None,
    file: FileOption = None,
    everything: AllOption = False,
    *,
    options: Options,
) -> None:
    """Print one line per file, table and rule."""
    from pipeline.ingest.quarantine import Wanted, counts

    with _opened(options, "quarantine list") as (_, warehouse, aside):
        rows = counts(warehouse, Wanted(table, rule, file, everything), aside).to_dicts()
    answered(rows, in_columns(COUNTED, map(_counted, rows)) if rows else [CLEAR])


def show(
    table: TableOption = None,
    rule: RuleOption = None,
    file: FileOption = None,
    everything: AllOption = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many reasons.")] = 100,
    *,
    options: Options,
) -> None:
    """Print every reason with file, line, column, value and remedy, and the record as the file has it."""
    from pipeline.ingest.quarantine import Wanted, reason_count, rows

    wanted = Wanted(table, rule, file, everything)
    with _opened(options, "quarantine show") as (_, warehouse, aside):
        reasons = rows(warehouse, wanted, aside, limit).to_dicts()
        more = reason_count(warehouse, wanted, aside) - len(reasons)
    answered(reasons, _reasons_in_lines(reasons) if reasons else [CLEAR])
    if more and not options.quiet:
        warned([f"{more} more reasons; narrow with --table, --rule, --file, or raise --limit"])


def export(
    to: Annotated[
        Path | None, typer.Option("--output", "-o", help="The CSV, or a folder when several files have such records.")
    ] = None,
    table: TableOption = None,
    rule: RuleOption = None,
    file: FileOption = None,
    everything: AllOption = False,
    *,
    options: Options,
) -> None:
    """Write the CSVs; without -o the only one goes to standard output."""
    from pipeline.ingest.correction_files import correction_csv
    from pipeline.ingest.quarantine import Wanted

    with _opened(options, "quarantine export") as (place, warehouse, aside):
        try:
            found = list(held(place, warehouse, Wanted(table, rule, file, everything), aside))
            texts = [(one, correction_csv(one)) for one in found]
        finally:
            clear(place.staged)
    if to is None:
        _to_standard_output([text for _, text in texts])
        return
    written = _write(to, texts)
    answered(
        [
            {"path": path, "file": one.path, "file_id": one.file_id, "records": len(one.reasons)}
            for path, one in written
        ],
        [str(path) for path, _ in written] or [CLEAR],
    )


@contextmanager
def _opened(options: Options, command: str) -> Iterator[tuple["Workspace", "Warehouse", set[str]]]:
    """The workspace, its warehouse, and the rules under which nothing is to be corrected."""
    from pipeline.ingest.quarantine import rules_aside
    from pipeline.ingest.recipes import sources_of

    with looking(options, command) as (place, warehouse):
        yield place, warehouse, rules_aside(sources_of(place))


def _write(to: Path, texts: Sequence[tuple["Held", str]]) -> list[tuple[Path, "Held"]]:
    is_folder = to.is_dir() or len(texts) > 1
    if is_folder:
        to.mkdir(parents=True, exist_ok=True)
    paths = [to / _name(one.path) if is_folder else to for one, _ in texts]
    paths = [_apart(path, paths[:at]) for at, path in enumerate(paths)]
    taken = next((path for path in paths if path.exists()), None)
    if taken:
        raise UsageError(f"{taken} exists already", "Name another place; a file that may be corrected is not replaced.")
    for path, (_, text) in zip(paths, texts, strict=True):
        path.write_text(text, encoding="utf-8-sig", newline="")
    return [(path, one) for path, (one, _) in zip(paths, texts, strict=True)]


def _name(path: str) -> str:
    """A name for the CSV of one file: the file's own, without folders and archives around it."""
    innermost = path.replace("!", "/").split("/")[-1]
    return f"rejected {innermost.removesuffix('.gz').removesuffix('.csv')[:120]}.csv"


def _apart(path: Path, others: Sequence[Path]) -> Path:
    again = sum(other.stem.split(" (")[0] == path.stem for other in others)
    return path.with_stem(f"{path.stem} ({again + 1})") if again else path


def _to_standard_output(texts: Sequence[str]) -> None:
    if len(texts) > 1 or ANSWER.as_json:
        many = f"{len(texts)} files have such records" if texts else CLEAR
        raise UsageError(many, "Pass -o FOLDER, or narrow with --file.")
    for text in texts:
        typer.echo(text, nl=False)


def _reasons_in_lines(reasons: Sequence[Mapping[str, Any]]) -> list[str]:
    lines: list[str] = []
    last: tuple[str, int] | None = None
    for row in reasons:
        if (row["file_id"], row["line"]) != last:
            lines += [""] * bool(lines) + [f"{_file(row)} line {row['line']}"]
            lines += [f"    {row['row_json']}"] * bool(row["row_json"])
        last = (row["file_id"], row["line"])
        lines.append(f"    {reason_in_words(row)}")
    return lines


def _counted(row: Mapping[str, Any]) -> tuple[object, ...]:
    to_correct = "yes" if row["is_to_correct"] else "no"
    return row["records"], row["table_name"], row["rule"], row["columns"], to_correct, _file(row)


def _file(row: Mapping[str, Any]) -> str:
    return str(row["path"]) if row["status"] == "loaded" else f"{row['path']} (not applied: {row['status']})"
