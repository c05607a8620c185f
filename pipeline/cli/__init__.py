"""The command line: `app` holds the commands, `main` runs one and ends the process with its documented exit code.

One module per family of commands; `options` is what they share. Everything heavy is imported when a command needs it,
so that help answers at once.
"""

import errno
import json
import os
import sys
from typing import Any

import typer
from typer.exceptions import TyperException

from pipeline.cli import backtest, files, plan, quarantine, removal, start, upkeep, week
from pipeline.cli.options import ANSWER, harmless
from pipeline.errors import BellwetherError, UsageError

__all__ = ["app", "main"]

DISK_ERRORS = {errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EPERM, errno.EDQUOT, errno.EFBIG}
INTERRUPTED = 130

app = typer.Typer(
    help="Customer Success analytics from the exports a company already has.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for family in (week, plan, backtest, quarantine, files, upkeep, removal, start):
    family.register(app)


def main(arguments: list[str] | None = None) -> None:
    """Run a command and end the process with its documented exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    ANSWER.as_json, ANSWER.result = "--json" in arguments, None
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    sys.exit(code)


def _run(arguments: list[str]) -> int:
    code, error = _guarded(arguments)
    if ANSWER.as_json:
        _print_envelope(arguments, code, error)
    elif error:
        _print_error(error)
    return code


def _guarded(arguments: list[str]) -> tuple[int, BellwetherError | None]:
    try:
        return app(args=arguments, standalone_mode=False) or 0, None
    except BellwetherError as known:
        return known.exit_code, known
    except TyperException as misuse:
        return misuse.exit_code, UsageError(misuse.format_message(), "See `bellwether --help`.")
    except (typer.Abort, KeyboardInterrupt):
        return INTERRUPTED, BellwetherError("interrupted", "Run the same command again; nothing was half-written.")
    except OSError as refused:
        if refused.errno not in DISK_ERRORS:
            raise
        place = refused.filename or "the workspace"
        return 1, BellwetherError(
            f"{place} cannot be written: {refused.strerror}",
            "Free some space or make it writable, then run again; what was published before is untouched.",
        )


def _print_error(error: BellwetherError) -> None:
    typer.echo(f"bellwether: {harmless(error.message)}", err=True)
    if error.remedy:
        typer.echo(f"  {harmless(error.remedy)}", err=True)


def _print_envelope(arguments: list[str], code: int, error: BellwetherError | None) -> None:
    from pipeline.runs import plain

    problem = {"message": error.message, "remedy": error.remedy} if error else None
    envelope: dict[str, Any] = {
        "command": _command(arguments),
        "exit_code": code,
        "error": problem,
        "result": ANSWER.result,
    }
    typer.echo(json.dumps(envelope, default=plain, sort_keys=True))


def _command(arguments: list[str]) -> str | None:
    """The command that was called, of a family with its second word."""
    words = [word for word in arguments if not word.startswith("-")]
    families = {group.name: group.typer_instance for group in app.registered_groups if group.typer_instance}
    members = {one.name for one in families[words[0]].registered_commands} if words and words[0] in families else set()
    return " ".join([*words[:1], *[word for word in words[1:] if word in members][:1]]) or None
