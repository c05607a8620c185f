"""How the feeds and the past runs of a workspace stand."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

import typer

from pipeline.cli.options import (
    Options,
    answered,
    in_columns,
    looking,
)
from pipeline.cli.shared import shared
from pipeline.errors import FeedStale, UsageError

FEED = ("feed", "state", "expected", "newest", "age_days", "late_after", "stale_after")
NO_DAY = ("as_of", "verbose")
RUN = ("run", "command", "as_of", "exit", "seconds", "stages")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("freshness", help="How new every feed is; ends with 4 when an expected one is not fresh.")(
        shared(freshness)
    )
    runs = typer.Typer(help="What was run, when, and how it ended.", invoke_without_command=True)
    runs.callback()(shared(listed, without=NO_DAY))
    runs.command("list", help="Every run whose record is kept, oldest first.")(shared(list_runs, without=NO_DAY))
    runs.command("show", help="Everything that is recorded of one run.")(shared(show, without=NO_DAY))
    app.add_typer(runs, name="runs")


def freshness(options: Options) -> None:
    """Print every feed that is expected or has rows, as the last build found it; with -v the others too."""
    from pipeline.freshness import feeds_as_built

    with looking(options, "freshness") as (place, warehouse):
        wanted = options.day(place.settings) if options.as_of is not None else None
        day, feeds = feeds_as_built(warehouse, wanted)
    late = [feed for feed in feeds if feed["is_expected"] and feed["state"] != "fresh"]
    shown = [feed for feed in feeds if options.verbose or feed["is_expected"] or feed["has_rows"]]
    table = in_columns(FEED, map(_feed, [*late] if options.quiet else shown))
    answered({"as_of": day, "feeds": feeds}, [f"as of {day}", *table])
    if late:
        raise typer.Exit(FeedStale.exit_code)


def listed(
    context: typer.Context,
    *,
    options: Options,
) -> None:
    """Without a further word: the list."""
    if context.invoked_subcommand is None:
        _list(options)
    elif options.workspace is not None:
        context.obj = options.workspace


def list_runs(
    context: typer.Context,
    *,
    options: Options,
) -> None:
    """Print one line per run."""
    _list(replace(options, workspace=options.workspace or context.obj))


def show(
    context: typer.Context,
    run_id: Annotated[str, typer.Argument(help="The run's id, or the beginning of it.")],
    *,
    options: Options,
) -> None:
    """Print the record."""
    from pipeline.runs import recorded

    place = replace(options, workspace=options.workspace or context.obj).open_workspace()
    found = [record for record in recorded(place) if str(record["run_id"]).startswith(run_id)]
    if len(found) != 1:
        known = f"{len(found)} runs begin with {run_id!r}" if found else f"no run is called {run_id!r}"
        raise UsageError(known, "`bellwether runs` lists them.")
    answered(found[0], _record_in_lines(found[0]))


def _list(options: Options) -> None:
    from pipeline.runs import recorded

    records = recorded(options.open_workspace())
    answered(records, in_columns(RUN, map(_run, records)) if records else ["no run is recorded"])


def _feed(feed: Mapping[str, Any]) -> tuple[object, ...]:
    expected = "yes" if feed["is_expected"] else "no"
    return (
        feed["feed"],
        feed["state"],
        expected,
        feed["newest_on"],
        feed["age_days"],
        feed["max_age_days"],
        feed["max_stale_days"] if feed["max_age_days"] is not None else None,
    )


def _run(record: Mapping[str, Any]) -> tuple[object, ...]:
    seconds: Mapping[str, float] = record.get("seconds") or {}
    stages = " ".join(f"{stage} {spent:g}" for stage, spent in seconds.items())
    total = f"{sum(seconds.values()):.1f}"
    code = record.get("exit_code")
    return (
        record["run_id"],
        record.get("command"),
        record.get("as_of"),
        "" if code is None else f"{code}",
        total,
        stages,
    )


def _record_in_lines(record: Mapping[str, Any]) -> list[str]:
    head = [f"{key:<12}{value}" for key, value in record.items() if not isinstance(value, Mapping) and value != ""]
    lines = []
    for stage, report in (record.get("stages") or {}).items():
        lines += ["", f"{stage} ({(record.get('seconds') or {}).get(stage, 0):g} s)"]
        lines += [f"  {key:<16}{_short(value)}" for key, value in (report or {}).items()]
    return head + lines


def _short(value: object) -> object:
    return f"{len(value)} of them" if isinstance(value, list | Mapping) and len(value) > 3 else value
