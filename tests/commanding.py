"""Small workspaces of canonical CSVs, and commands called in this process as the command line calls them."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli import main
from pipeline.warehouse import Warehouse, open_warehouse

AS_OF = "2026-06-26"
SETTINGS = f"""
[company]
name = "Acme"
time_zone = "America/New_York"
[run]
as_of = "{AS_OF}"
panel_weeks = 104
[feeds]
expected = ["accounts", "contracts"]
"""
ACCOUNTS = "account_id,account_name,status\na1,Fernhollow,active\na2,Mossgate,active\na3,Reedmarsh,active\n"
CONTRACTS = "contract_id,account_id,starts_on,ends_on,arr,currency\n" + "".join(
    f"c{number},a{number % 3 + 1},2025-07-01,2026-09-30,12000,USD\n" for number in range(1, 41)
)
GOALS = "goal_id,account_id,goal,due_on\n"
GOOD_GOALS = "".join(f"g{number},a1,Save time,2026-12-01\n" for number in range(1, 61))


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def result(self) -> Any:
        """The result in the envelope of `--json`; the code in it is the one the process ended with."""
        envelope = json.loads(self.out)
        assert envelope["exit_code"] == self.code
        return envelope["result"]

    @property
    def error(self) -> Mapping[str, str]:
        """The error in the envelope."""
        return json.loads(self.out)["error"]


class Commands:
    """Runs commands on one workspace."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root, self._capsys = root, capsys

    def __call__(self, *arguments: object, workspace: bool = True) -> Said:
        """Run a command; options of all commands come last."""
        last = ["--workspace", str(self.root)] if workspace else []
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([*map(str, arguments), *last])
        said = self._capsys.readouterr()
        return Said(int(ended.value.code or 0), said.out, said.err)

    def put(self, path: str, content: str | bytes) -> Path:
        """A file below exports/."""
        target = self.root / "exports" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        return target

    @contextmanager
    def warehouse(self) -> Iterator[Warehouse]:
        """The workspace's warehouse."""
        with open_warehouse(self.root / "var" / "warehouse.duckdb", []) as warehouse:
            yield warehouse

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with self.warehouse() as warehouse:
            return warehouse.frame(sql).rows()


@pytest.fixture
def acme(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Commands:
    """Commands on a workspace of three accounts and forty contracts that nothing was run on."""
    root = tmp_path / "acme"
    (root / "exports").mkdir(parents=True)
    (root / "bellwether.toml").write_text(SETTINGS)
    commands = Commands(root, capsys)
    commands.put(f"{AS_OF}/accounts.csv", ACCOUNTS)
    commands.put(f"{AS_OF}/contracts.csv", CONTRACTS)
    return commands
