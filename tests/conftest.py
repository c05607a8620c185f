"""The order of the run: files whose tests run whole weeks start first, so that no core waits for them at the end.

Before them the hostile files, which are measured by the largest child that the process has had.
"""

import pytest

LONG = (
    "tests/ingest/test_hostile.py",
    "tests/week/",
    "tests/test_cli.py",
    "tests/documents/",
    "tests/browser/",
    "tests/stages/",
    "tests/retold/",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first, in the order of `LONG`; the rest as found."""
    items.sort(key=lambda item: next((at for at, part in enumerate(LONG) if item.nodeid.startswith(part)), len(LONG)))
