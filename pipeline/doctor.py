"""What this machine and workspace have, and what is missing: the answer of `bellwether doctor`."""

import ctypes.util
import platform
import shutil
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from pipeline.errors import BellwetherError
from pipeline.policy import read_policy
from pipeline.runs import holder
from pipeline.workspace import CONFIG_NAME, REPOSITORY, Workspace

PACKAGES = ("polars", "duckdb", "pandera", "pyarrow", "jinja2", "weasyprint", "altair", "vl-convert-python", "typer")
LIBRARIES = {
    "Pango": ("pango-1.0", "libpango-1.0-0"),
    "PangoFT2": ("pangoft2-1.0", "libpangoft2-1.0-0"),
    "HarfBuzz": ("harfbuzz", "libharfbuzz0b"),
    "HarfBuzz subset": ("harfbuzz-subset", "libharfbuzz-subset0"),
}
ENOUGH_DISK_GB = 2.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: what it is, what was found, and the remedy when it is not well."""

    topic: str
    name: str
    found: str
    remedy: str = ""

    @property
    def is_well(self) -> bool:
        return not self.remedy


def examine(workspace: Workspace) -> list[Finding]:
    """Everything that a run depends on, in the order a person would look."""
    return [*_programs(), *_libraries(), *_fonts(), *_disk(workspace), *_lock(workspace), *_settings(workspace)]


def _programs() -> list[Finding]:
    versions = [Finding("program", name, metadata.version(name)) for name in PACKAGES]
    return [Finding("program", "python", platform.python_version()), *versions]


def _libraries() -> list[Finding]:
    return [_library(name, *where) for name, where in LIBRARIES.items()]


def _library(name: str, soname: str, package: str) -> Finding:
    found = ctypes.util.find_library(soname)
    return Finding("library", name, found or "not found", "" if found else f"Run: sudo apt-get install -y {package}")


def _fonts() -> list[Finding]:
    try:
        version = metadata.version("fontpkg-inter")
    except metadata.PackageNotFoundError:
        return [Finding("font", "Inter", "not installed", "Run `make weekly`: it installs the locked packages.")]
    return [Finding("font", "Inter", version)]


def _disk(workspace: Workspace) -> list[Finding]:
    free = shutil.disk_usage(workspace.root).free / 1e9
    remedy = "" if free >= ENOUGH_DISK_GB else f"Free some space: a run wants {ENOUGH_DISK_GB:.0f} GB."
    return [Finding("disk", str(workspace.root), f"{free:.1f} GB free", remedy)]


def _lock(workspace: Workspace) -> list[Finding]:
    held_by = holder(workspace)
    remedy = "Wait until it ends, or stop that process." if held_by else ""
    return [Finding("lock", str(workspace.var / "run.lock"), held_by or "free", remedy)]


def _settings(workspace: Workspace) -> list[Finding]:
    written = workspace.settings.model_dump(exclude_unset=True)
    every = _flat(workspace.settings.model_dump(mode="json"))
    set_here = set(_flat(written))
    origin = {True: CONFIG_NAME, False: "default"}
    settings = [Finding("setting", key, f"{value}  ({origin[key in set_here]})") for key, value in every.items()]
    return [*settings, *_policy(workspace)]


def _policy(workspace: Workspace) -> list[Finding]:
    try:
        policy = read_policy(REPOSITORY / "policy", workspace.policy)
    except BellwetherError as wrong:
        return [Finding("policy", "policy", wrong.message, wrong.remedy)]
    own = {key: where for key, where in policy.origin.items() if where.startswith("workspace")}
    stated = f"{len(policy.origin)} values shipped, {len(own)} of the workspace's own; hash {policy.hash[:12]}"
    return [Finding("policy", "policy", stated), *(Finding("policy", key, f"({where})") for key, where in own.items())]


def _flat(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in values.items():
        flat.update(_flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value})
    return flat
