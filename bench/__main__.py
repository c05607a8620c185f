"""`make bench`: times of the sample's week, first and second run, of `--help`, and of a larger invented company."""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SAMPLE = Path(__file__).resolve().parent.parent / "data" / "sample"
BELLWETHER = Path(sys.executable).with_name("bellwether")


def timed(*arguments: str) -> tuple[float, dict[str, float]]:
    """Wall seconds of one command, and seconds per stage where it tells them."""
    started = time.perf_counter()
    done = subprocess.run([str(BELLWETHER), *arguments], capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - started
    if done.returncode not in (0, 4):
        raise SystemExit(f"bellwether {' '.join(arguments)} ended with {done.returncode}: {done.stderr.strip()[-400:]}")
    answer = json.loads(done.stdout) if "--json" in arguments else {}
    return seconds, (answer.get("result") or {}).get("seconds", {})


def row(name: str, seconds: float, stages: dict[str, float] | None = None) -> None:
    """One line of the table."""
    parts = "  ".join(f"{stage} {taken:.1f}" for stage, taken in (stages or {}).items())
    sys.stdout.write(f"{name:<46} {seconds:7.2f} s   {parts}\n")
    sys.stdout.flush()


def the_sample_week(folder: Path) -> None:
    """First and second run of the sample's week, set-up apart."""
    workspace = folder / "sample"
    kept = shutil.ignore_patterns("var", "out", "archive")
    shutil.copytree(SAMPLE, workspace, ignore=kept)
    for name in ("weekly, fresh clone", "weekly, nothing new"):
        row(name, *timed("weekly", "--json", "-q", "--workspace", str(workspace)))


def a_larger_company(folder: Path, accounts: int) -> None:
    """Generation, ingest, build and score of a company with `accounts` customers."""
    workspace = folder / f"company-{accounts}"
    row(f"demo, {accounts} customers", timed("demo", str(workspace), "--accounts", str(accounts))[0])
    for stage in ("ingest", "build", "score"):
        row(f"{stage}, {accounts} customers", timed(stage, "-q", "--workspace", str(workspace))[0])


def main() -> None:
    """Print the table."""
    row("bellwether --help (best of 5)", min(timed("--help")[0] for _ in range(5)))
    with tempfile.TemporaryDirectory() as name:
        the_sample_week(Path(name))
        a_larger_company(Path(name), 1000)


if __name__ == "__main__":
    main()
