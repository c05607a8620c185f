"""One file that a person names, opened outside a run: what `doctor FILE` and `map FILE` look at."""

from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.ingest.deliveries import Arrival
from pipeline.ingest.find import Found, Refused
from pipeline.ingest.guard import Guard


def arrivals_in(path: Path, called: str, work: Path) -> Iterator[Arrival | Refused]:
    """The tables of one file as private copies in `work`, or why one cannot be read; UsageError for what is no file."""
    if not path.is_file():
        raise UsageError(f"{path} is not a file", "Name one export; `bellwether plan` tells about those in exports/.")
    with Guard() as guard:
        inside = guard.opened(Found(called, path), work)
    for one in inside.items:
        yield one if isinstance(one, Refused) else Arrival(one.path, inside.container, one.snapshot, one.text)


def called(path: Path, exports: Path) -> str:
    """How the exports folder calls a file, so that folders count for its date; another file goes by its name."""
    resolved = path.resolve()
    return resolved.relative_to(exports).as_posix() if resolved.is_relative_to(exports) else path.name
