"""The week and its five stages, packs for single accounts, and the explanation of a score."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.options import (
    Options,
    Say,
    answered,
    ended,
    harmless,
    looking,
    running,
    warned,
)
from pipeline.cli.shared import Command, shared
from pipeline.errors import UsageError, WarehouseDamaged

if TYPE_CHECKING:
    from pipeline.runs import Run
    from pipeline.workspace import Workspace

STAGES = {
    "weekly": "The week: ingest, build, score, render, publish.",
    "ingest": "Read new exports into the warehouse.",
    "build": "Build the marts and run the data checks.",
    "score": "Score every account for every week.",
    "render": "Make the documents in a work folder.",
    "publish": "Swap the documents into out/<as_of>/.",
}
WEEK = tuple(stage for stage in STAGES if stage != "weekly")
FIRST_SEEN = (
    "index.html",
    "portfolio/portfolio.pdf",
    "weekly/review.pdf",
    "quality/quality.html",
    "customer/",
    "internal/",
    "data/",
)
PptxOption = Annotated[bool, typer.Option("--pptx", help="The QBR packs as editable presentations too.")]
RedactOption = Annotated[
    bool,
    typer.Option(
        "--redact", help="For sharing: placeholders for names, ids, addresses and links, in a folder of its own."
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for name, help_ in STAGES.items():
        stages = WEEK if name == "weekly" else (name,)
        command = _documents if {"render", "publish"} & set(stages) else _rows
        app.command(name, help=help_)(shared(command(name, stages)))
    app.command("qbr", help="QBR packs for any accounts, due or not, published with the rest.")(shared(qbr))
    app.command("brief", help="Briefs for any accounts on any day: internal, published with the rest.")(shared(brief))
    app.command(
        "explain", help="Why an account has its health score and churn risk, what moved them, what would help."
    )(shared(explain))


def through(
    run: "Run",
    options: Options,
    stages: Sequence[str],
    only: list[str] | None = None,
    decks: list[str] | None = None,
    redact: bool = False,
    asked: dict[str, list[str]] | None = None,
) -> None:
    """Run the named stages in order on the workspace's warehouse; the rest says what is asked of render and publish."""
    import importlib

    from pipeline.warehouse import open_warehouse

    workspace, say = run.workspace, options.say
    workspace.exports.mkdir(exist_ok=True)
    if "ingest" in stages:
        _discard_if_damaged(workspace, say)
    for stage in stages:
        work = getattr(importlib.import_module(f"pipeline.stages.{stage}"), stage)
        more: dict[str, Any] = {}
        if stage == "render":
            more = {"only": only, "decks": decks, "redact": redact, "asked": asked}
        with run.timed(stage):
            if stage == "publish":
                run.stages[stage] = work(workspace, run.as_of, say, redact)
                continue
            with open_warehouse(workspace.warehouse, [workspace.staged]) as warehouse:
                run.stages[stage] = work(workspace, warehouse, run.as_of, say, **more)
        if options.verbose:
            for line in _details(run.stages[stage]):
                say(f"{stage}:   {line}")


def qbr(
    accounts: Annotated[list[str] | None, typer.Argument(help="Names or ids.")] = None,
    every: Annotated[bool, typer.Option("--all", help="One for every customer.")] = False,
    monthly: Annotated[bool, typer.Option("--monthly", help="The two-page review of the month instead.")] = False,
    pptx: PptxOption = False,
    redact: RedactOption = False,
    *,
    options: Options,
) -> None:
    """Bring the week up to date, make the packs asked for as well, and publish."""
    if not accounts and not every:
        raise UsageError("which account?", "Name one or more accounts, or pass --all.")
    with running(options, "qbr") as run:
        through(run, options, ("ingest", "build", "score"))
        only = ["*"] if every else list(accounts or [])
        packs, asked = ([], {"monthly": only}) if monthly else (only, None)
        decks = packs if pptx else None
        through(run, options, ("render", "publish"), only=packs, decks=decks, redact=redact, asked=asked)
        _tell_reservations(run, options)
    _tell_paths(run, redact=redact)
    ended(run)


def brief(
    accounts: Annotated[list[str], typer.Argument(help="Names or ids.")],
    *,
    options: Options,
) -> None:
    """Bring the week up to date, make the briefs asked for as well, and publish."""
    with running(options, "brief") as run:
        through(run, options, ("ingest", "build", "score"))
        through(run, options, ("render", "publish"), asked={"briefs": accounts})
        _tell_reservations(run, options)
    _tell_paths(run, redact=False)
    ended(run)


def explain(
    account: Annotated[str, typer.Argument(help="Name or id.")],
    *,
    options: Options,
) -> None:
    """Print the explanation from the last scored week; the warehouse is only read."""
    from dataclasses import asdict

    from pipeline.policy import read_policy
    from pipeline.reports.telling import told_in_lines
    from pipeline.reports.telling_risk import risk_in_lines
    from pipeline.scoring.explain import explanation
    from pipeline.scoring.explain_risk import risk_explanation
    from pipeline.stages.shelf import customers_called, read_book, read_scores
    from pipeline.workspace import REPOSITORY

    with looking(options, "explain") as (place, warehouse):
        policy, day = read_policy(REPOSITORY / "policy", place.policy), options.day(place.settings)
        scores, book = read_scores(warehouse), read_book(place, warehouse, day)
        named = customers_called(warehouse, account)[0]
    health = explanation(book, scores, policy, place.settings, named)
    risk = risk_explanation(book, scores, policy.churn_risk, named)
    answered({**asdict(health), "churn_risk": asdict(risk)}, [*told_in_lines(health), "", *risk_in_lines(risk)])


def _documents(name: str, stages: Sequence[str]) -> Command:
    """The command of stages that end in documents."""

    def command(*, pptx: PptxOption = False, redact: RedactOption = False, options: Options) -> None:
        _run(name, stages, options, ["*"] if pptx else None, redact=redact)

    return command


def _rows(name: str, stages: Sequence[str]) -> Command:
    """The command of stages that end in tables."""

    def command(*, options: Options) -> None:
        _run(name, stages, options)

    return command


def _run(
    name: str, stages: Sequence[str], options: Options, decks: list[str] | None = None, *, redact: bool = False
) -> None:
    with running(options, name) as run:
        through(run, options, stages, decks=decks, redact=redact)
        _tell_reservations(run, options)
    if "publish" in stages:
        _tell_paths(run, redact=redact)
    ended(run)


def _discard_if_damaged(workspace: "Workspace", say: Say) -> None:
    """A warehouse that cannot be opened is rebuilt from the archive, and that is said."""
    from pipeline.warehouse import discard_warehouse, open_warehouse

    try:
        with open_warehouse(workspace.warehouse, [workspace.staged]):
            return
    except WarehouseDamaged as damaged:
        say(f"{damaged.message}: rebuilding it from the archive")
        discard_warehouse(workspace.warehouse)


def _details(report: Any) -> list[str]:
    """What a stage did file by file, or table by table."""
    files = [f"{one.status:<8} {one.path}  {one.note}".rstrip() for one in getattr(report, "files", None) or ()]
    rows = [f"{count:>10,} rows in {table}" for table, count in (getattr(report, "rows", None) or {}).items() if count]
    return files + rows


def _tell_reservations(run: "Run", options: Options) -> None:
    """What a person should know when a run ends: one screen; when quiet only files and feeds that are not there."""
    from pipeline.stages.afterwards import told_afterwards

    files = getattr(run.stages.get("ingest"), "warnings", ())
    feeds = getattr(run.stages.get("build"), "feeds_not_fresh", {})
    if not {"ingest", "build"} & run.stages.keys():
        return
    told = told_afterwards(run.workspace, run.as_of, files, is_built="build" in run.stages)
    run.afterwards = told
    if options.quiet:
        warned([*files, *(f"feed {feed} is {state}" for feed, state in sorted(feeds.items()))])
    else:
        for line in told:
            typer.echo(harmless(line), err=True)


def _tell_paths(run: "Run", *, redact: bool) -> None:
    from pipeline.stages.press.asked import edition

    out = run.workspace.out / edition(run.as_of, redact=redact)
    answered(None, [str(out / name) for name in FIRST_SEEN if (out / name).exists()])
