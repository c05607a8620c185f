"""Alerts, red lists and forecasts as they were sent, kept under archive/ beyond every run: no promise is recomputed."""

import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.revenue.renewals_memory import KEPT, from_texts
from pipeline.workspace import Workspace

ALERTS, RED_LISTS, FORECASTS, HEADLINES = "alerts", "red_lists", "forecasts", "headlines"
RENDERED = {
    ALERTS: "alerts/alerts.json",
    RED_LISTS: "alerts/red_list.json",
    FORECASTS: "renewals/forecast.json",
    HEADLINES: "weekly/headlines.json",
}


def sent_before(workspace: Workspace, as_of: date) -> dict[str, date]:
    """The day of the first run that sent each alert, of runs for an earlier day; empty before the first."""
    first: dict[str, date] = {}
    for path in sorted((workspace.archive / ALERTS).glob("????-??-??.json")):
        day = date.fromisoformat(path.stem)
        if day < as_of:
            for alert in json.loads(path.read_text(encoding="utf-8")):
                first.setdefault(alert["alert_id"], day)
    return first


def forecasts_before(workspace: Workspace, as_of: date) -> pl.DataFrame:
    """What every run for an earlier day forecast of each renewal, as it was kept; a row per run and contract."""
    paths = sorted((workspace.archive / FORECASTS).glob("????-??-??.json"))
    rows = [row for path in paths if date.fromisoformat(path.stem) < as_of for row in _read(path)]
    return from_texts(pl.DataFrame(rows, schema=dict.fromkeys(KEPT, pl.String)))


def headlines_before(workspace: Workspace, as_of: date) -> dict[str, Any]:
    """The headlines that the newest run for an earlier day told; empty before the first."""
    earlier = [
        path
        for path in sorted((workspace.archive / HEADLINES).glob("????-??-??.json"))
        if date.fromisoformat(path.stem) < as_of
    ]
    return dict(_read(earlier[-1])[0]) if earlier else {}


def keep_sent(workspace: Workspace, published: Path, as_of: date) -> None:
    """Keep what a published folder sends. Publishing a day again adds new alerts; its red list and forecast stay."""
    for kind, name in RENDERED.items():
        source, target = published / name, workspace.archive / kind / f"{as_of}.json"
        if not source.is_file():
            continue
        now, before = _read(source), _read(target) if target.is_file() else []
        if kind == ALERTS:
            known = {alert["alert_id"] for alert in before}
            now = before + [alert for alert in now if alert["alert_id"] not in known]
        elif before and kind != HEADLINES:
            now = before
        if now != before or not target.is_file():
            _write(target, now)


def _read(path: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return rows


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_suffix(f".{os.getpid()}.new")
    with fresh.open("w", encoding="utf-8", newline="\n") as file:
        file.write(json.dumps(rows, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
