"""What the sections of a status report are made of: tables and lists that vanish when empty, and words for facts."""

from collections.abc import Iterable, Sequence
from typing import Any

from pipeline.reports import wording
from pipeline.reports.facts import Row
from pipeline.reports.sections.status.safe import Shared

Block = Row


def table(
    title: str,
    head: Sequence[str],
    widths: Sequence[int],
    rows: Iterable[Sequence[Any]],
    right: Sequence[int] = (),
    note: str = "",
) -> list[Block]:
    """A table, or nothing where it has no rows; a column that is empty in every row keeps its place with dashes."""
    listed = [["–" if cell is None or cell == "" else cell for cell in row] for row in rows]
    block = {
        "kind": "table",
        "title": title,
        "head": list(head),
        "widths": list(widths),
        "rows": listed,
        "right": list(right),
        "note": note,
        "is_narrow": not any(head),
    }
    return [block] if listed else []


def lines(title: str, items: Iterable[str]) -> list[Block]:
    """A list of sentences, or nothing where there are none."""
    said = [item for item in items if item]
    return [{"kind": "list", "title": title, "items": said}] if said else []


def blocking(it: Shared) -> list[str]:
    """What blocks the go-live, in words."""
    named = [risk_text(risk) for risk in it.risks if risk["is_open"] and risk["is_blocker"]]
    return [*named, *(["A technical blocker is open"] if it.plan["has_technical_blocker"] and not named else [])]


def hours_of(it: Shared, side: str) -> tuple[float, float]:
    """Hours of a side planned and spent in the week."""
    mine = [row for row in it.hours if row["side"] == side]
    return sum(row["planned_hours_7d"] or 0 for row in mine), sum(row["actual_hours_7d"] or 0 for row in mine)


def levels(it: Shared) -> dict[str, int]:
    """Open risks by level, as far as this edition shows them."""
    shown = [risk["level"] for risk in it.risks if risk["is_open"]]
    return {level: shown.count(level) for level in ("red", "yellow", "green")}


def risk_text(risk: Row) -> str:
    """A risk in words."""
    return str(risk["description"] or f"{wording.word(risk['type'])} risk")


def impact(risk: Row, it: Shared) -> str:
    """What a risk could mean."""
    word = wording.word(risk["impact"]) if risk["impact"] else ""
    blocks = "blocks the go-live" if risk["is_blocker"] else ""
    return "; ".join(part for part in (word, blocks) if part)


def on_time(milestone: Row) -> str:
    """The day a milestone was reached, with how late it was."""
    late = (milestone["reached_on"] - milestone["planned_on"]).days
    day = wording.short_day(milestone["reached_on"])
    return f"{day}, {wording.counted(late, 'day')} late" if late > 0 else f"{day}, on time"


def dated(day: Any, it: Shared) -> Any:
    """A day, marked where it has passed."""
    if day is None:
        return None
    return {"text": wording.near_day(day, it.as_of), "late": day < it.as_of}


def figure(metric: Row, column: str) -> str | None:
    """A metric's value in print; nothing where it has none."""
    value = metric[column]
    if value is None:
        return None
    digits = 0 if metric["unit"] in ("days",) or float(value).is_integer() else 1
    unit = "%" if metric["unit"] == "%" else f" {metric['unit']}" if metric["unit"] else ""
    return wording.number(value, digits) + unit


def met(is_met: bool | None) -> str:
    """A target in a word."""
    return "" if is_met is None else "● met" if is_met else "▲ not met"


def yes(value: bool | None) -> str:
    """Yes or no; nothing where it is not known."""
    return "" if value is None else "Yes" if value else "No"


def who(task: Row) -> str:
    """Who does a task."""
    return str(task["owner"] or ("your team" if task["side"] == "customer" else "our team"))
