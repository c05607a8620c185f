"""Byte ranges of a file that are read or copied without holding more of it than a block."""

from typing import IO

import numpy as np
from numpy.typing import NDArray

from pipeline.ingest.scan import BLOCK, Offsets


def shown(file: IO[bytes], start: int, end: int, at_most: int) -> str:
    """The text of a range, cut off after so many bytes."""
    file.seek(start)
    return file.read(min(at_most, end - start)).decode("utf-8", "replace")


def copy_runs(
    source: IO[bytes], out: IO[bytes], starts: Offsets, ends: Offsets, fits: NDArray[np.bool_], is_gapless: bool
) -> None:
    """Copy the runs of records that fit; without the blank lines between them where that is asked for."""
    places = np.flatnonzero(fits)
    follows = np.diff(places) == 1
    if is_gapless:
        follows &= np.diff(starts[places]) == (ends - starts)[places][:-1] + 1
    for run in np.split(places, np.flatnonzero(~follows) + 1) if len(places) else ():
        copy(source, out, int(starts[run[0]]), int(ends[run[-1]]))
        out.write(b"\n")


def copy(source: IO[bytes], out: IO[bytes], start: int, stop: int) -> None:
    """Copy a range."""
    source.seek(start)
    while start < stop and (block := source.read(min(stop - start, BLOCK))):
        out.write(block)
        start += len(block)
