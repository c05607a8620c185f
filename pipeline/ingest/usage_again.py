"""Usage added up anew from the archive, after a slice came that is older than one already added, or of the same time.

Slices are added in the order of their export times, so what stands is the same whatever order the files came in.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby

from pipeline.ingest.commit import file_id
from pipeline.ingest.deliveries import Delivery
from pipeline.ingest.events import USAGE
from pipeline.ingest.journal import Entry
from pipeline.ingest.load import slice_of
from pipeline.ingest.pieces import drop_piece, pieces_of
from pipeline.ingest.usage import add_slice
from pipeline.warehouse import Warehouse

Found = tuple[Entry, Delivery]


def add_up_again(
    warehouse: Warehouse, entries: Sequence[Entry], delivered: Callable[[Entry], Delivery | None], zone: str
) -> tuple[str, ...]:
    """Add up what stale sources told, from the archived files; the systems that were stale.

    `delivered` gives an archived file, corrections applied. Each source is one transaction.
    """
    stale = warehouse.frame("select system from meta.usage_sources where is_stale order by system")["system"].to_list()
    for system in stale:
        with warehouse.transaction():
            _forget(warehouse, system)
            for slice_entries in _slices(_loaded(warehouse, entries, system)):
                found = [(entry, one) for entry in slice_entries if (one := delivered(entry))]
                _add(warehouse, found, zone)
    return tuple(stale)


def _forget(warehouse: Warehouse, system: str) -> None:
    for name in ("accepted.usage_user_days", "accepted.usage_feature_days"):
        warehouse.execute(f"delete from {name} where _system = ?", [system])
    warehouse.execute("delete from meta.usage_seen where system = ?", [system])
    warehouse.execute("delete from meta.usage_sources where system = ?", [system])
    warehouse.execute("delete from meta.held_back where system = ? and table_name = ?", [system, USAGE])


def _loaded(warehouse: Warehouse, entries: Iterable[Entry], system: str) -> list[Entry]:
    """The journal's lines for the loaded files of a system that tell of usage events."""
    query = """
        select loaded_seq from meta.files semi join (from meta.loads where table_name = ?) using (file_id)
        where system = ? and status = 'loaded'
    """
    loaded = set(warehouse.frame(query, [USAGE, system])["loaded_seq"].to_list())
    return [entry for entry in entries if entry.seq in loaded]


def _slices(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Files of one export time, the oldest first."""
    ordered = sorted(entries, key=lambda entry: (entry.extracted_at, entry.content))
    for _, group in groupby(ordered, key=lambda entry: entry.extracted_at):
        yield list(group)


def _add(warehouse: Warehouse, found: Sequence[Found], zone: str) -> None:
    pieces = [piece for number, (_, one) in enumerate(found) for piece in pieces_of(warehouse, number, one, zone)]
    events = [piece for piece in pieces if piece.origin]
    if events:
        add_slice(warehouse, slice_of(events, [file_id(entry.content, entry.extracted_at) for entry, _ in found], zone))
    for piece in pieces:
        drop_piece(warehouse, piece)
