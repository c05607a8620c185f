"""No tool's export is taken for another's, not even where its own source is not known."""

import csv
import io
from pathlib import Path

import pytest

from pipeline.ingest.recognise import Recognised, recognised
from schemas.sources import shipped_sources
from tests.ingest.sampled import OUTCOME, SAMPLES

SOURCES = shipped_sources()
ENCODINGS = {".tsv": ("utf-16", "\t"), ".csv": ("utf-8-sig", ",")}


def _first_records(path: Path) -> list[tuple[str, ...]]:
    encoding, delimiter = ENCODINGS[path.suffix]
    text = path.read_bytes().decode(encoding, errors="replace")
    return [tuple(row) for row in csv.reader(io.StringIO(text, newline=None), delimiter=delimiter) if row][:33]


# A sample whose bytes need the real reader (another delimiter, a code page) is left to the tests that ingest it.
PLAIN = [
    pytest.param(path.parent.name, records, id=f"{path.parent.name}/{path.name}")
    for path in sorted(SAMPLES.glob("*/*"))
    if path.suffix in ENCODINGS and not path.name.endswith(OUTCOME)
    if isinstance(recognised(records := _first_records(path), SOURCES), Recognised)
]


@pytest.mark.parametrize(("system", "records"), PLAIN)
def test_an_export_is_recognised_as_its_own_tools(system: str, records: list[tuple[str, ...]]) -> None:
    found = recognised(records, SOURCES)
    assert isinstance(found, Recognised)
    assert found.source.system == system


@pytest.mark.parametrize(("system", "records"), PLAIN)
def test_an_export_is_nobodys_where_its_own_source_is_not_known(system: str, records: list[tuple[str, ...]]) -> None:
    others = {name: source for name, source in SOURCES.items() if name != system}
    found = recognised(records, others)
    assert not isinstance(found, Recognised), f"taken for {found.source.system} {found.file.name}"


def test_nearly_every_sample_is_told_apart_here() -> None:
    assert len(PLAIN) >= 60
