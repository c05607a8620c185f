"""The command line: one command per stage, and the few that people use around it."""

import errno
import json
import os
import sys
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.exceptions import TyperException

from pipeline.errors import BellwetherError, UsageError, WarehouseDamaged, worst_exit_code

SAMPLE = Path(__file__).resolve().parent.parent / "data" / "sample"
DISK_ERRORS = {errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EPERM, errno.EDQUOT, errno.EFBIG}

app = typer.Typer(
    help="Customer Success analytics from the exports a company already has.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

WorkspaceOption = Annotated[
    Path | None, typer.Option("--workspace", "-w", help="The company's folder. Default: here, else data/sample.")
]
AsOfOption = Annotated[
    str | None, typer.Option("--as-of", help="The day to state everything for, YYYY-MM-DD. Default: the last week end.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Only errors and results.")]
VerboseOption = Annotated[bool, typer.Option("--verbose", "-v", help="Every file and model.")]


@dataclass(slots=True)
class Answer:
    """What a command says on standard output: text for people, `result` for machines."""

    as_json: bool = False
    result: Any = None


ANSWER = Answer()


@dataclass(frozen=True, slots=True)
class Options:
    """The options every command shares."""

    workspace: Path | None
    as_of: str | None
    as_json: bool
    quiet: bool
    verbose: bool = False

    def open_workspace(self) -> Any:
        """The workspace to work on: the one given, else the current folder when it is one, else the sample."""
        from pipeline.workspace import CONFIG_NAME, read_workspace

        here = Path.cwd()
        return read_workspace(self.workspace or (here if (here / CONFIG_NAME).is_file() else SAMPLE))

    def day(self, settings: Any) -> date:
        """The day to run for."""
        from pipeline.workspace import default_as_of

        if self.as_of is None:
            return default_as_of(settings, date.today())  # noqa: DTZ011
        try:
            return date.fromisoformat(self.as_of)
        except ValueError as unreadable:
            raise UsageError(f"--as-of {self.as_of!r} is not a date", "Write it as YYYY-MM-DD.") from unreadable


@contextmanager
def _run(options: Options) -> Any:
    """A run with its lock and a way to say what happens."""
    from pipeline.runs import one_run

    ANSWER.as_json = options.as_json
    os.umask(0o077)
    workspace = options.open_workspace()
    with one_run(workspace, options.day(workspace.settings), datetime.now(UTC)) as run:
        yield run, _speaker(options)


def _speaker(options: Options) -> Callable[[str], None]:
    if options.quiet:
        return lambda line: None
    if sys.stderr.isatty():
        from rich.console import Console

        console = Console(stderr=True, highlight=True)
        return lambda line: console.print(line, markup=False)
    return lambda line: print(line, file=sys.stderr, flush=True)  # noqa: T201


def _through(run: Any, say: Callable[[str], None], *stages: str, only: list[str] | None = None) -> None:
    """Run the named stages in order on the workspace's warehouse."""
    import importlib

    from pipeline.warehouse import open_warehouse

    workspace = run.workspace
    workspace.exports.mkdir(exist_ok=True)
    if "ingest" in stages:
        _discard_if_damaged(workspace, say)
    for stage in stages:
        work = getattr(importlib.import_module(f"pipeline.stages.{stage}"), stage)
        more = {"only": only} if only else {}
        with run.timed(stage):
            if stage == "publish":
                run.stages[stage] = work(workspace, run.as_of, say)
                continue
            with open_warehouse(workspace.warehouse, [workspace.staged]) as warehouse:
                run.stages[stage] = work(workspace, warehouse, run.as_of, say, **more)


def _discard_if_damaged(workspace: Any, say: Callable[[str], None]) -> None:
    """A warehouse that cannot be opened is rebuilt from the archive, and that is said."""
    from pipeline.warehouse import discard_warehouse, open_warehouse

    try:
        with open_warehouse(workspace.warehouse, [workspace.staged]):
            return
    except WarehouseDamaged as damaged:
        say(f"{damaged.message}: rebuilding it from the archive")
        discard_warehouse(workspace.warehouse)


def _tell_reservations(run: Any) -> None:
    """What a person should know even when nothing else is asked for: files not loaded, feeds not fresh."""
    files = getattr(run.stages.get("ingest"), "warnings", ())
    feeds = getattr(run.stages.get("build"), "feeds_not_fresh", {})
    for line in (*files, *(f"feed {feed} is {state}" for feed, state in sorted(feeds.items()))):
        typer.echo(f"! {line}", err=True)


def _end(run: Any) -> None:
    _tell_reservations(run)
    code = worst_exit_code(run.exit_codes)
    ANSWER.result = {"run_id": run.run_id, "as_of": run.as_of, "seconds": run.seconds, "stages": run.stages}
    if code:
        raise typer.Exit(code)


def _stage_command(*stages: str) -> Callable[..., None]:
    def command(
        workspace: WorkspaceOption = None,
        as_of: AsOfOption = None,
        as_json: JsonOption = False,
        quiet: QuietOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        with _run(Options(workspace, as_of, as_json, quiet, verbose)) as (run, say):
            _through(run, say, *stages)
            if "publish" in stages:
                _tell_paths(run)
            _end(run)

    return command


WEEK = ("ingest", "build", "score", "render", "publish")
app.command("weekly", help="The week: ingest, build, score, render, publish.")(_stage_command(*WEEK))
app.command("ingest", help="Read new exports into the warehouse.")(_stage_command("ingest"))
app.command("build", help="Build the marts and run the data checks.")(_stage_command("build"))
app.command("score", help="Score every account for every week.")(_stage_command("score"))
app.command("render", help="Make the documents in a work folder.")(_stage_command("render"))
app.command("publish", help="Swap the documents into out/<as_of>/.")(_stage_command("publish"))


@app.command("qbr", help="QBR packs for any accounts, due or not, published with the rest.")
def qbr(
    accounts: Annotated[list[str] | None, typer.Argument(help="Names or ids.")] = None,
    every: Annotated[bool, typer.Option("--all", help="One for every customer.")] = False,
    workspace: WorkspaceOption = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Bring the week up to date, make the packs asked for as well, and publish."""
    if not accounts and not every:
        raise UsageError("which account?", "Name one or more accounts, or pass --all.")
    with _run(Options(workspace, as_of, as_json, quiet)) as (run, say):
        _through(run, say, "ingest", "build", "score")
        _through(run, say, "render", only=["*"] if every else accounts)
        _through(run, say, "publish")
        _tell_paths(run)
        _end(run)


@app.command("explain", help="Why an account has its health score, what moved it, and what would lift it.")
def explain(
    account: Annotated[str, typer.Argument(help="Name or id.")],
    workspace: WorkspaceOption = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print the explanation from the last scored week; the warehouse is only read."""
    from pipeline.policy import read_policy
    from pipeline.scoring.explain import explanation
    from pipeline.stages.shelf import customers_called, read_book, read_scores
    from pipeline.warehouse import open_warehouse
    from pipeline.workspace import REPOSITORY

    with _run(Options(workspace, as_of, as_json, quiet=True)) as (run, _):
        place, policy = run.workspace, read_policy(REPOSITORY / "policy", run.workspace.policy)
        with open_warehouse(place.warehouse, [place.staged]) as warehouse:
            scores, book = read_scores(warehouse), read_book(place, warehouse, run.as_of)
            named = customers_called(warehouse, account)[0]
    told = explanation(book, scores, policy, place.settings, named)
    ANSWER.result = told
    if not as_json:
        from pipeline.reports.telling import told_in_lines

        typer.echo("\n".join(told_in_lines(told)))


@app.command("doctor", help="What this machine and workspace have, and what is missing.")
def doctor(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Print every finding; exit code 1 when something is missing that a run needs."""
    from pipeline.doctor import examine

    findings = examine(Options(workspace, None, as_json, False).open_workspace())
    ANSWER.result = findings
    if not as_json:
        _print_findings(findings)
    if not all(finding.is_well for finding in findings):
        raise typer.Exit(1)


def _print_findings(findings: list[Any]) -> None:
    width = max(len(finding.name) for finding in findings)
    for finding in findings:
        mark = "ok " if finding.is_well else "!! "
        typer.echo(f"{mark} {finding.topic:<8} {finding.name:<{width}}  {finding.found}")
        if finding.remedy:
            typer.echo(f"{'':13}{finding.remedy}")


@app.command("demo", help="Write an invented company's workspace, exported as its tools would write it.")
def demo(
    directory: Annotated[Path, typer.Argument(help="A folder that does not exist yet, or is empty.")],
    accounts: Annotated[int, typer.Option(min=10, help="How many customers it ever had.")] = 240,
    months: Annotated[int, typer.Option(min=6, help="How many months of history.")] = 36,
    seed: Annotated[int, typer.Option(help="Another number, another company.")] = 7,
    weekly_exports: Annotated[int, typer.Option(min=1, help="How many weekly exports, the last at the end.")] = 1,
    as_json: JsonOption = False,
) -> None:
    """Write the workspace; an existing one is never overwritten."""
    from pipeline.demo import write_workspace

    if directory.exists() and any(directory.iterdir()):
        raise UsageError(f"{directory} is not empty", "Name a folder that does not exist yet.")
    report = write_workspace(directory, accounts=accounts, months=months, seed=seed, weekly_exports=weekly_exports)
    ANSWER.result = report
    if not as_json:
        typer.echo(f"{directory}: run `bellwether weekly --workspace {directory}`")


def _tell_paths(run: Any) -> None:
    out = run.workspace.out / run.as_of.isoformat()
    first = ("index.html", "portfolio/portfolio.pdf", "weekly/review.pdf", "customer/", "data/")
    paths = [out / name for name in first if (out / name).exists()]
    if not ANSWER.as_json:
        typer.echo("\n".join(str(path) for path in paths))


def main(arguments: list[str] | None = None) -> None:
    """Run a command and end the process with its documented exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    ANSWER.as_json, ANSWER.result = "--json" in arguments, None
    code, error = _guarded(arguments)
    if ANSWER.as_json:
        _print_envelope(arguments, code, error)
    elif error:
        _print_error(error)
    sys.exit(code)


def _guarded(arguments: list[str]) -> tuple[int, BellwetherError | None]:
    try:
        return app(args=arguments, standalone_mode=False) or 0, None
    except BellwetherError as known:
        return known.exit_code, known
    except TyperException as misuse:
        return misuse.exit_code, UsageError(misuse.format_message(), "See `bellwether --help`.")
    except (typer.Abort, KeyboardInterrupt):
        return 130, BellwetherError("interrupted", "Run the same command again; nothing was half-written.")
    except OSError as refused:
        if refused.errno not in DISK_ERRORS:
            raise
        place = refused.filename or "the workspace"
        return 1, BellwetherError(
            f"{place} cannot be written: {refused.strerror}",
            "Free some space or make it writable, then run again; what was published before is untouched.",
        )


def _print_error(error: BellwetherError) -> None:
    typer.echo(f"bellwether: {error.message}", err=True)
    if error.remedy:
        typer.echo(f"  {error.remedy}", err=True)


def _print_envelope(arguments: list[str], code: int, error: BellwetherError | None) -> None:
    from pipeline.runs import plain

    command = next((word for word in arguments if not word.startswith("-")), None)
    problem = {"message": error.message, "remedy": error.remedy} if error else None
    envelope = {"command": command, "exit_code": code, "error": problem, "result": ANSWER.result}
    typer.echo(json.dumps(envelope, default=plain, sort_keys=True))
