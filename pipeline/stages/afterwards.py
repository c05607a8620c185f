"""Tells at the end of a run what a person has to know or do, from the warehouse as the run left it."""

from collections.abc import Sequence
from datetime import date

from pipeline.ledger import BUILT, Ledger
from pipeline.policy import read_policy
from pipeline.reports.afterwards import lines
from pipeline.stages.shelf import read_ledger
from pipeline.warehouse import open_warehouse
from pipeline.workspace import REPOSITORY, Workspace


def told_afterwards(workspace: Workspace, as_of: date, unused: Sequence[str], *, is_built: bool) -> list[str]:
    """The lines; `unused` are files that were not loaded, with the reason. Before a build only the load is told."""
    with open_warehouse(workspace.warehouse, [workspace.staged]) as warehouse:
        ledger = read_ledger(workspace, warehouse, as_of)
    told = ledger if is_built else _load_only(ledger)
    components = read_policy(REPOSITORY / "policy", workspace.policy).health.scorecard.components
    return lines(told, components, unused)


def _load_only(ledger: Ledger) -> Ledger:
    """The ledger without what an earlier build said, which a new load may have made untrue."""
    kept = {name: frame for name, frame in ledger.frames().items() if name not in BUILT}
    return Ledger.from_frames(ledger.as_of, ledger.currency, kept)
