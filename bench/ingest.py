"""`python -m bench.ingest [--rows N]`: usage events through Bellwether against DuckDB's bare reader and the same sums.

Both start as processes of their own on the same file, and are timed from start to end. Ours recognises, reads, types,
validates, reconciles, tells repeats apart, archives and adds up; DuckDB's reads with guessed types and adds up.
"""

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from subprocess import PIPE, Popen

import numpy as np
import polars as pl

BELLWETHER = Path(sys.executable).with_name("bellwether")
LIMIT = 2.5
AT_ONCE = 2_000_000
PER_SESSION = 8
FIRST = datetime(2025, 6, 28, tzinfo=UTC)
DAYS = 365
SETTINGS = '[company]\nname = "Bench"\ntime_zone = "America/New_York"\n'
BARE = """
import sys, duckdb
source, folder = sys.argv[1:]
config = {"memory_limit": "1GB", "threads": 2, "temp_directory": f"{folder}/spill"}
con = duckdb.connect(f"{folder}/bare.duckdb", config=config)
con.execute("set TimeZone = 'UTC'; set enable_progress_bar = false")
con.execute("create table events as select * from read_csv(?)", [source])
day = "timezone('America/New_York', occurred_at)::date as used_on"
con.execute(f"create table user_days as select account_id, user_id, {day}, count(*) as events from events group by all")
con.execute(
    f"create table feature_days as select account_id, feature, {day}, count(*) as events, "
    "count(distinct user_id) as users from events group by all"
)
con.close()
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """Wall seconds of a command, and the most memory in MB that it and its children held at one moment."""

    seconds: float
    megabytes: float


def events(rows: int, seed: int = 7) -> Iterator[pl.DataFrame]:
    """Invented events in sessions of some minutes, of 2,000 accounts very unlike in size, in no order of time."""
    random = np.random.default_rng(seed)
    for count in [AT_ONCE] * (rows // AT_ONCE) + [rows % AT_ONCE]:
        sessions = count // PER_SESSION + 1
        account = np.minimum((random.pareto(1.2, sessions) * 40).astype(np.int64), 1999)
        user = account * 50 + np.minimum(random.geometric(0.08, sessions), 49)
        start = random.integers(0, DAYS, sessions) * 86_400 + random.integers(6 * 3600, 20 * 3600, sessions)
        session = np.repeat(np.arange(sessions), PER_SESSION)[:count]
        second = start[session] + random.integers(0, 3600, count)
        feature = np.minimum(random.geometric(0.2, count), 23)
        yield pl.DataFrame({"a": account[session], "u": user[session], "f": feature, "s": second}).select(
            account_id=pl.format("acct-{}", pl.col("a").cast(pl.String).str.zfill(5)),
            user_id=pl.format("u{}", pl.col("u").cast(pl.String).str.zfill(6)),
            feature=pl.format("feature_{}", pl.col("f").cast(pl.String).str.zfill(2)),
            occurred_at=(pl.lit(FIRST) + pl.duration(seconds="s")).dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
        )


def write(path: Path, rows: int) -> None:
    """The events as a canonical CSV."""
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        for number, frame in enumerate(events(rows)):
            frame.write_csv(file, include_header=number == 0)


def measured(*command: str) -> Measured:
    """Run a command to its end; SystemExit with its last words when it fails."""
    started = time.perf_counter()
    process = Popen(command, stdout=PIPE, stderr=PIPE, text=True)
    peak = [0.0]
    watcher = threading.Thread(target=_watch, args=(process, peak))
    watcher.start()
    out, error = process.communicate()
    seconds = time.perf_counter() - started
    watcher.join()
    if process.returncode:
        raise SystemExit(f"{' '.join(command[:3])} ended with {process.returncode}: {(error or out).strip()[-400:]}")
    return Measured(seconds, peak[0])


def _watch(process: "Popen[str]", peak: list[float]) -> None:
    """Note the most that the process and its children held together."""
    while process.poll() is None:
        peak[0] = max(peak[0], sum(map(_megabytes, _family(process.pid))))
        time.sleep(0.05)


def _family(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(one for child in children for one in _family(int(child)))]


def _megabytes(pid: int) -> float:
    """What a process alone has in memory; pages that it shares with others count in parts."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


def say(line: str) -> None:
    """A line of the table, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Print both times, their ratio, our memory, and how long an unchanged folder takes."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=10_000_000)
    options.add_argument("--folder", type=Path, help="where to work; default: a new folder for temporary files")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as name:
        compare(Path(name), chosen.rows)


def compare(folder: Path, rows: int) -> None:
    """Measure both on a new file of `rows` events below `folder`."""
    workspace = folder / "workspace"
    source = workspace / "exports" / "2026-06-28" / "usage_events.csv"
    write(source, rows)
    (workspace / "bellwether.toml").write_text(SETTINGS, encoding="utf-8")
    say(f"{rows:,} usage events, {source.stat().st_size / 1e6:,.0f} MB")
    bare = measured(sys.executable, "-c", BARE, str(source), str(folder))
    say(f"DuckDB, bare read and sums     {bare.seconds:8.2f} s   {bare.megabytes:6,.0f} MB")
    arguments = ("ingest", "-q", "--workspace", str(workspace), "--as-of", "2026-06-28")
    ours = measured(str(BELLWETHER), *arguments)
    ratio = ours.seconds / bare.seconds
    say(f"bellwether ingest              {ours.seconds:8.2f} s   {ours.megabytes:6,.0f} MB")
    say(f"ratio                          {ratio:8.2f}     (limit {LIMIT})")
    again = measured(str(BELLWETHER), *arguments)
    say(f"the same folder, unchanged     {again.seconds:8.2f} s   {again.megabytes:6,.0f} MB")


if __name__ == "__main__":
    main()
