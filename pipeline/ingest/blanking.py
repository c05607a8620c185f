"""Whole columns of a regular file emptied, block by block: every record on one line, with the fields of the header.

What `redaction` does record by record, for the files that are too large for that.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from pipeline.ingest.records import Records

BLOCK = 4 * 1024**2
LINE_END, QUOTE = 10, 34
Bytes = NDArray[np.uint8]
Places = NDArray[np.int64]


def is_regular(records: Records, width: int) -> bool:
    """Whether lines, records and rows of `width` fields are the same thing throughout the file."""
    return width > 1 and records.is_one_line_each and records.fitting(width) == records.count and _has_no_gap(records)


def blanked(records: Records, width: int, first_record: int, drop: Sequence[int], target: Path) -> None:
    """Write a regular file again with these columns emptied, but for the records above the data."""
    with records.path.open("rb") as source, target.open("wb") as out:
        out.writelines(source.readline() for _ in range(first_record))
        for block in _whole_lines(source):
            data = np.frombuffer(block, dtype=np.uint8)
            out.write(_without(data, _ends(data, records.delimiter, b'"' in block).reshape(-1, width), drop).tobytes())


def _has_no_gap(records: Records) -> bool:
    """Whether no line is blank, in the file itself."""
    with records.path.open("rb") as file:
        blocks = iter(lambda: file.read(BLOCK), b"")
        return sum(block.count(b"\n") for block in blocks) in (records.count, records.count - 1)


def _whole_lines(source: BinaryIO) -> Iterator[bytes]:
    while block := source.read(BLOCK):
        block += source.readline()
        yield block if block.endswith(b"\n") else block + b"\n"


def _ends(data: Bytes, delimiter: str, has_quotes: bool) -> Places:
    """Where each field ends: at a delimiter outside quotes, or at the end of its line."""
    is_delimiter = data == ord(delimiter)
    if has_quotes:
        is_inside = np.logical_xor.accumulate(data == QUOTE)
        is_delimiter &= ~is_inside
    ends: Places = np.flatnonzero(is_delimiter | (data == LINE_END))
    return ends


def _without(data: Bytes, ends: Places, drop: Sequence[int]) -> Bytes:
    starts = np.concatenate(([0], ends.ravel()[:-1] + 1)).reshape(ends.shape)
    changes = np.zeros(len(data) + 1, dtype=np.int8)
    for place in drop:
        changes[starts[:, place]] += 1
        changes[ends[:, place]] -= 1
    kept: Bytes = data[np.cumsum(changes[:-1], dtype=np.int8) == 0]
    return kept
