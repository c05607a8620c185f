"""Who may import whom, who may read a clock, and that no file names a package index."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted((ROOT / "pipeline").rglob("*.py"))
PURE = (
    "metrics",
    "scoring",
    "revenue",
    "service",
    "voice",
    "proof",
    "reports",
    "charts",
    "book.py",
    "scores.py",
    "ledger.py",
)

ONLY_IN = {
    "duckdb": {"pipeline/warehouse.py"},
    "jinja2": {"pipeline/stages/press/pages.py"},
    "weasyprint": {"pipeline/stages/press/prints.py"},
    "typer": {f"pipeline/cli/{path.name}" for path in (ROOT / "pipeline" / "cli").glob("*.py")},
}


def imports(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    from_ = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return {name.split(".")[0] for name in named | from_}


def pure_modules() -> Iterator[Path]:
    for name in PURE:
        place = ROOT / "pipeline" / name
        yield from [place] if place.suffix else place.rglob("*.py")


@pytest.mark.parametrize("library", ONLY_IN)
def test_a_library_with_one_owner_is_imported_nowhere_else(library: str) -> None:
    importers = {str(path.relative_to(ROOT)) for path in MODULES if library in imports(path)}
    assert importers
    assert importers <= ONLY_IN[library]


def test_the_contracts_import_nothing_of_ours() -> None:
    assert all("pipeline" not in imports(path) for path in (ROOT / "schemas").rglob("*.py"))


def test_pure_rooms_reach_no_file_clock_or_environment() -> None:
    effects = {"os", "pathlib", "shutil", "subprocess", "time", "socket", "duckdb", "jinja2", "weasyprint", "typer"}
    assert {
        str(path.relative_to(ROOT)): imports(path) & effects for path in pure_modules() if imports(path) & effects
    } == {}


def test_nothing_reads_todays_date_below_the_command_line() -> None:
    clock = re.compile(r"date\.today\(|datetime\.now\(|time\.time\(|utcnow\(|current_date|current_timestamp")
    readers = [str(path.relative_to(ROOT)) for path in MODULES if clock.search(path.read_text(encoding="utf-8"))]
    sql = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "sql").rglob("*.sql")
        if clock.search(path.read_text(encoding="utf-8"))
    ]
    assert [*readers, *sql] == ["pipeline/cli/options.py"]


def test_nobody_catches_everything() -> None:
    caught = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler) and (node.type is None or getattr(node.type, "id", "") == "Exception")
    ]
    assert caught == []


def test_there_are_no_drawers_for_everything() -> None:
    names = {path.stem for path in MODULES} | {path.parent.name for path in MODULES}
    assert not names & {"utils", "helpers", "common", "core", "models"}


def test_the_lock_pins_every_package_by_hash_and_names_no_index() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = re.findall(r"^[a-z0-9-]+==", lock, flags=re.MULTILINE)
    assert len(pins) > 40
    assert lock.count("--hash=sha256:") >= len(pins)
    assert not re.search(r"https?://|--index-url|--extra-index", lock)


def test_every_public_function_says_what_comes_back() -> None:
    silent = [
        f"{path.relative_to(ROOT)}:{node.name}"
        for path in MODULES
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert silent == []


def test_make_help_lists_the_targets_of_the_readme() -> None:
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert all(f"make {target}" in shown for target in ("weekly", "qbr", "test", "check", "bench", "clean", "help"))
