"""The sources a workspace reads its exports with: those that ship and its own."""

from collections.abc import Mapping

from pipeline.errors import UsageError
from pipeline.workspace import Workspace
from schemas.sources import Source, SourceError, read_sources


def sources_of(workspace: Workspace) -> Mapping[str, Source]:
    """Every known source by system; UsageError, with file and line, for a TOML that cannot be used."""
    try:
        return read_sources(workspace.sources)
    except SourceError as unusable:
        raise UsageError(str(unusable), "Correct the source's TOML.") from unusable
