"""Companies of a few rows, one per test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.sql.company import Company, company


@pytest.fixture
def a_company(tmp_path: Path) -> Iterator[Callable[..., Company]]:
    """Founds companies with sections of bellwether.toml, and closes their warehouses afterwards."""
    with ExitStack() as stack:

        def found(**sections: Any) -> Company:
            folder = tmp_path / f"company-{len(list(tmp_path.iterdir()))}"
            return stack.enter_context(company(folder, **sections))

        yield found
