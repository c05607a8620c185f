"""What every command shares: its options, the workspace and the day they mean, the lock, and what is said.

Here, and nowhere else, the clock is read and the current folder asked for.
"""

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.errors import RunFailed, UsageError, worst_exit_code

if TYPE_CHECKING:
    from pipeline.runs import Run
    from pipeline.warehouse import Warehouse
    from pipeline.workspace import Settings, Workspace

SAMPLE = Path(__file__).resolve().parent.parent.parent / "data" / "sample"
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
Say = Callable[[str], None]

YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


@dataclass(slots=True)
class Answer:
    """What a command says on standard output: text for people, `result` for machines."""

    as_json: bool = False
    result: Any = None


ANSWER = Answer()


@dataclass(frozen=True, slots=True)
class Options:
    """The options every command shares."""

    workspace: Path | None = None
    as_of: str | None = None
    quiet: bool = False
    verbose: bool = False

    def open_workspace(self) -> "Workspace":
        """The workspace to work on: the one given, else the current folder when it is one, else the sample."""
        from pipeline.workspace import CONFIG_NAME, read_workspace

        here = Path.cwd()
        return read_workspace(self.workspace or (here if (here / CONFIG_NAME).is_file() else SAMPLE))

    def day(self, settings: "Settings") -> date:
        """The day to run for."""
        from pipeline.workspace import default_as_of

        return as_date(self.as_of, "--as-of") if self.as_of is not None else default_as_of(settings, today())

    @property
    def say(self) -> Say:
        """Tells a person what is going on, on standard error; nothing when quiet."""
        return _silent if self.quiet else _speaker()


def as_date(text: str, option: str) -> date:
    """A day that was typed; a UsageError names the option."""
    try:
        return date.fromisoformat(text)
    except ValueError as unreadable:
        raise UsageError(f"{option} {text!r} is not a date", "Write it as YYYY-MM-DD.") from unreadable


def today() -> date:
    """The day on this machine's clock."""
    return date.today()  # noqa: DTZ011


@contextmanager
def running(options: Options, command: str) -> Iterator["Run"]:
    """A run with its lock and its record."""
    from pipeline.runs import one_run

    os.umask(0o077)
    workspace = options.open_workspace()
    with one_run(workspace, options.day(workspace.settings), datetime.now(UTC), command) as run:
        yield run


@contextmanager
def looking(options: Options, command: str) -> Iterator[tuple["Workspace", "Warehouse"]]:
    """The workspace and its warehouse for a command that only looks; RunFailed before the first ingest."""
    from pipeline.runs import held
    from pipeline.warehouse import open_warehouse

    os.umask(0o077)
    workspace = options.open_workspace()
    if not workspace.warehouse.is_file():
        raise RunFailed(f"{workspace.root}: nothing was ingested yet", "Run `bellwether ingest` first.")
    with held(workspace, command), open_warehouse(workspace.warehouse, [workspace.staged]) as warehouse:
        if not warehouse.has("meta.files"):
            raise RunFailed(f"{workspace.root}: nothing was ingested yet", "Run `bellwether ingest` first.")
        yield workspace, warehouse


def ended(run: "Run") -> None:
    """Answer with what the run did and end with its code."""
    ANSWER.result = {
        "run_id": run.run_id,
        "as_of": run.as_of,
        "seconds": run.seconds,
        "stages": run.stages,
        "afterwards": run.afterwards,
    }
    if code := worst_exit_code(run.exit_codes):
        raise typer.Exit(code)


def answered(result: Any, lines: Iterable[str]) -> None:
    """Give the result of a command: for a machine as it is, for a person in lines."""
    ANSWER.result = result
    if not ANSWER.as_json:
        for line in lines:
            typer.echo(harmless(line))


def warned(lines: Iterable[str]) -> None:
    """Tell a person what they should know even when nothing else is asked for."""
    for line in lines:
        typer.echo(f"! {harmless(line)}", err=True)


def confirmed(question: str, *, is_sure: bool) -> bool:
    """Whether a person agrees; without a terminal only `--yes` does."""
    if is_sure:
        return True
    return sys.stdin.isatty() and not ANSWER.as_json and typer.confirm(question, err=True)


def in_columns(header: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Rows as aligned text; numbers to the right, nothing where a value is not known."""
    table = [[harmless(cell).replace("\n", " ") for cell in row] for row in (header, *rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    to_right = [all(_is_number(cell) for cell in column[1:]) and len(column) > 1 for column in zip(*table, strict=True)]
    return ["  ".join(_padded(*one) for one in zip(row, widths, to_right, strict=True)).rstrip() for row in table]


def harmless(value: object) -> str:
    """A value as text that cannot steer a terminal: what a file says may hold anything."""
    text = (
        "" if value is None else f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
    )
    return UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def _is_number(cell: str) -> bool:
    return not cell or cell.replace(",", "").replace(".", "").lstrip("-").isdigit()


def _padded(cell: str, width: int, to_right: bool) -> str:
    return cell.rjust(width) if to_right else cell.ljust(width)


def _silent(line: str) -> None:
    """Nothing is said."""


def _speaker() -> Say:
    if sys.stderr.isatty():
        from rich.console import Console

        console = Console(stderr=True, highlight=True)
        return lambda line: console.print(harmless(line), markup=False)
    return lambda line: typer.echo(harmless(line), err=True)
