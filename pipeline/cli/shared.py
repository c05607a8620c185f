"""The options that commands share, said once: a command takes them as one `options`, and Typer sees each."""

from collections.abc import Callable
from functools import wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.cli.options import Options

Command = Callable[..., None]
WORKSPACE = typer.Option("--workspace", "-w", help="The company's folder. Default: here, else data/sample.")
AS_OF = typer.Option("--as-of", help="The day to state everything for, YYYY-MM-DD. Default: the last week end.")
OPTIONS: dict[str, tuple[Any, object]] = {
    "workspace": (Annotated[Path | None, WORKSPACE], None),
    "as_of": (Annotated[str | None, AS_OF], None),
    "as_json": (Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")], False),
    "quiet": (Annotated[bool, typer.Option("--quiet", "-q", help="Only errors and results.")], False),
    "verbose": (Annotated[bool, typer.Option("--verbose", "-v", help="Every file and every table.")], False),
}
READ_BEFORE = "as_json"  # looked for in the words of the command line, so that errors are JSON too


def shared(command: Command, *, without: tuple[str, ...] = ()) -> Command:
    """The command for Typer: its own parameters, then the shared options in place of `options`."""
    taken = {name: option for name, option in OPTIONS.items() if name not in without}

    @wraps(command)
    def told(**given: Any) -> None:
        said = {name: given.pop(name) for name in taken}
        said.pop(READ_BEFORE, None)
        command(**given, options=Options(**said))

    own = [one for one in signature(command).parameters.values() if one.name != "options"]
    added = [
        Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=kind)
        for name, (kind, default) in taken.items()
    ]
    told.__signature__ = Signature([*own, *added])  # type: ignore[attr-defined]
    told.__annotations__ = {one.name: one.annotation for one in (*own, *added)}
    return told
