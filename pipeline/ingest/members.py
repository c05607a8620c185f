"""Tables kept in the archive one by one, where the file they came in holds what must not be kept.

Each is a line of JSON, which says how to read it the same way again, and the table as CSV.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from pipeline.ingest.containers import Unsafe
from pipeline.ingest.mend import Damaged
from pipeline.ingest.records import Runs, records_of
from pipeline.ingest.snapshot import Snapshot
from pipeline.ingest.text import Text

MARK = "bellwether table 1"
BLOCK = 1024**2


def stored(text: Text, snapshot: Snapshot, folder: Path) -> tuple[str, Path]:
    """The table written for the archive; its hash and place."""
    part = folder / f"{snapshot.content_hash}.table"
    digest = hashlib.sha256()
    with part.open("wb") as out:
        for block in _blocks(text, snapshot):
            digest.update(block)
            out.write(block)
    return digest.hexdigest(), part


def _blocks(text: Text, snapshot: Snapshot) -> Iterator[bytes]:
    about = {
        "mark": MARK,
        "content": snapshot.content_hash,
        "bytes": snapshot.byte_count,
        "encoding": snapshot.encoding,
        "delimiter": text.records.delimiter,
        "lines": [list(run) for run in text.records.line_runs()],
        "damaged": [[one.line, one.text, one.reason] for one in text.damaged],
        "remarks": list(text.remarks),
    }
    yield (json.dumps(about, sort_keys=True) + "\n").encode()
    with text.records.path.open("rb") as body:
        while block := body.read(BLOCK):
            yield block


def restored(location: Path, folder: Path) -> tuple[Snapshot, Text]:
    """A table of the archive as it was stored. Raises Unsafe when it is not what was stored."""
    with location.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != location.name:
            raise Unsafe("is not what was archived")
        file.seek(0)
        about = json.loads(file.readline())
        if about.get("mark") != MARK:
            raise Unsafe("was archived by another version")
        target = folder / f"{about['content']}.table.csv"
        with target.open("wb") as out:
            while block := file.read(BLOCK):
                out.write(block)
    runs = np.array(about["lines"], dtype=np.int64).reshape(-1, 2)
    records = records_of(target, about["delimiter"]).with_lines(Runs(runs[:, 0], runs[:, 1], 1))
    copy = Snapshot(about["content"], about["bytes"], about["encoding"], target)
    damaged = tuple(Damaged(line, text, reason) for line, text, reason in about["damaged"])
    return copy, Text(records, damaged, tuple(about["remarks"]))
