"""What can go wrong that is not a bug: each error says what happened, where, and what to do about it."""


class BellwetherError(Exception):
    """A failure with a remedy; the command line prints both and ends with `exit_code`."""

    exit_code = 1

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class RunFailed(BellwetherError):
    """The run cannot go on: a full disk, a read-only folder, a damaged warehouse."""


class WarehouseDamaged(RunFailed):
    """The warehouse file cannot be opened; it may be deleted, since the archive rebuilds it."""


class UsageError(BellwetherError):
    """The command or a setting is wrong."""

    exit_code = 2


class QualityGate(BellwetherError):
    """An export is not good enough to be used."""

    exit_code = 3


class FeedStale(BellwetherError):
    """A feed that is expected is late or missing."""

    exit_code = 4


class WorkspaceBusy(BellwetherError):
    """Another run holds the workspace."""

    exit_code = 5


class DocumentsFailed(BellwetherError):
    """The run was published, but some documents could not be made."""

    exit_code = 6


SEVERITY = (1, 5, 3, 4, 6)


def worst_exit_code(codes: set[int]) -> int:
    """The code to end with when several apply: 1 before 5, 3, 4, 6; 0 when none does."""
    return next((code for code in SEVERITY if code in codes), max(codes, default=0))
