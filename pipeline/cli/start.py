"""Where a person begins: a new workspace, an invented company, and what this machine and workspace have."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.options import (
    Options,
    answered,
)
from pipeline.cli.shared import shared
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from pipeline.doctor import Finding


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("init", help="Make a workspace: a commented bellwether.toml and the folders around it.")(
        shared(init, without=("workspace", "as_of", "verbose"))
    )
    app.command("doctor", help="What this machine and workspace have; of a FILE, how it would be read.")(shared(doctor))
    app.command("demo", help="Write an invented company's workspace, exported as its tools would write it.")(
        shared(demo, without=("workspace", "as_of", "quiet", "verbose"))
    )


def init(
    directory: Annotated[Path, typer.Argument(help="A folder that does not exist yet, or is empty.")],
    name: Annotated[str | None, typer.Option(help="The company's name on reports. Default: the folder's.")] = None,
    time_zone: Annotated[str, typer.Option(help="Such as America/New_York.")] = "UTC",
    currency: Annotated[str, typer.Option(help="The reporting currency, three letters.")] = "USD",
    week_ends_on: Annotated[str, typer.Option(help="The weekday that reports are stated for.")] = "friday",
    *,
    options: Options,
) -> None:
    """Ask nothing, write what a person will want to fill in, and say what to do next."""
    from pipeline.beginning import begun

    _require_empty(directory)
    root = begun(directory, name or directory.resolve().name, time_zone, currency.upper(), week_ends_on.lower())
    answered(
        {"workspace": root},
        [
            f"{root}: a workspace for {name or root.name}",
            f"1. say in {root / 'bellwether.toml'} which feeds to expect",
            f"2. put the tools' exports into {root / 'exports'}, zipped or not",
            f"3. bellwether weekly --workspace {root}",
        ],
    )


def doctor(
    file: Annotated[Path | None, typer.Argument(help="An export to explain; nothing of it is loaded.")] = None,
    *,
    options: Options,
) -> None:
    """Print every finding; exit code 1 when something is missing that a run needs."""
    if file is not None:
        from pipeline.cli.files import explained

        explained(file, options)
        return
    from pipeline.doctor import examine

    findings = examine(options.open_workspace())
    shown = findings if options.verbose or not options.quiet else [one for one in findings if not one.is_well]
    answered(findings, _in_lines(shown))
    if not all(finding.is_well for finding in findings):
        raise typer.Exit(1)


def demo(
    directory: Annotated[Path, typer.Argument(help="A folder that does not exist yet, or is empty.")],
    accounts: Annotated[int, typer.Option(min=10, help="How many customers it ever had.")] = 240,
    months: Annotated[int, typer.Option(min=6, help="How many months of history.")] = 36,
    seed: Annotated[int, typer.Option(help="Another number, another company.")] = 7,
    weekly_exports: Annotated[int, typer.Option(min=1, help="How many weekly exports, the last at the end.")] = 1,
    *,
    options: Options,
) -> None:
    """Write the workspace; an existing one is never overwritten."""
    from pipeline.demo import write_workspace

    _require_empty(directory)
    report = write_workspace(directory, accounts=accounts, months=months, seed=seed, weekly_exports=weekly_exports)
    answered(report, [f"{directory}: run `bellwether weekly --workspace {directory}`"])


def _require_empty(directory: Path) -> None:
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise UsageError(f"{directory} is not an empty folder", "Name a folder that does not exist yet.")


def _in_lines(findings: list["Finding"]) -> list[str]:
    width = max((len(finding.name) for finding in findings), default=0)
    lines = []
    for finding in findings:
        mark = "ok " if finding.is_well else "!! "
        lines.append(f"{mark} {finding.topic:<8} {finding.name:<{width}}  {finding.found}")
        if finding.remedy:
            lines.append(f"{'':13}{finding.remedy}")
    return lines
