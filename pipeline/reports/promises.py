"""What support promised and kept, as every report tells it: attainment of a month, breaches, what runs out soon."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from pipeline.charts import CHARTS, Chart
from pipeline.reports import periods, wording
from pipeline.reports.facts import Row, View, named
from pipeline.service.attainment import counts

TIERS = ("enterprise", "mid_market", "starter")
CLOCKS = ("response", "resolution")
MONTHS = 13


def has_clocks(view: View) -> bool:
    """Whether there is a single clock to report on."""
    return bool(view.scores.service.sla.height)


def reported_month(view: View) -> date:
    """The month the SLA report is about: the last one that is over at the book's date."""
    over = periods.month_end(view.as_of) == view.as_of
    return periods.month_of(view.as_of, 0 if over else -1)


def attained(clocks: pl.DataFrame) -> Row:
    """Counts of some clocks, and the share of the decided ones that was met; null where none is."""
    row = clocks.select(counts()).to_dicts()[0] if clocks.height else dict.fromkeys(_COUNTS, 0)
    return {**row, "pct": wording.ratio(row["met"], row["clocks"])}


_COUNTS = ("clocks", "met", "breached", "running", "excluded", "near_misses")


def of_month(view: View, month: date) -> pl.DataFrame:
    """The clocks of a month's tickets for which something was promised."""
    return view.scores.service.sla.filter((pl.col("month_on") == month) & pl.col("state").is_not_null())


def by_tier(view: View, month: date) -> list[Row]:
    """Attainment of a month by tier, the largest first, with the target and both clocks."""
    clocks, rows = of_month(view, month), []
    for tier in TIERS:
        mine = clocks.filter(tier=tier)
        if mine.is_empty():
            continue
        group = view.context.policy.sla.group_of(tier)
        both = {clock: attained(mine.filter(clock=clock)) for clock in CLOCKS}
        rows.append({"tier": tier, "target": group.target_pct if group else None, **attained(mine), **both})
    return rows


def by_priority(view: View, month: date) -> list[Row]:
    """The rows of the summary of a month: tier, priority and clock with n, median and P90."""
    rows = view.scores.service.sla_summary.filter(pl.col("month_on") == month)
    place = pl.col("tier").replace_strict({tier: at for at, tier in enumerate(TIERS)}, default=9, return_dtype=pl.Int64)
    return rows.sort(place, "priority", pl.col("clock") == "resolution", nulls_last=True).to_dicts()


def breaches(view: View, clocks: pl.DataFrame) -> list[Row]:
    """The clocks past their target, the furthest over first, in shares of the target."""
    late = clocks.filter(pl.col("state") == "breached")
    ranked = late.sort("used_pct", "ticket_id", "clock", descending=[True, False, False])
    return [named(view, row) for row in ranked.to_dicts()]


def near_misses(view: View, clocks: pl.DataFrame) -> list[Row]:
    """The clocks met with hardly any time left, the closest first."""
    near = clocks.filter(pl.col("is_near_miss")).sort("used_pct", "ticket_id", descending=[True, False])
    return [named(view, row) for row in near.to_dicts()]


def running_out(view: View) -> list[Row]:
    """Running clocks that are due soon, the first due on top."""
    if not has_clocks(view):
        return []
    soon = view.scores.service.sla.filter(pl.col("is_due_soon")).sort("due_at", "ticket_id", "clock")
    return [{**named(view, row), "due": moment(view, row["due_at"])} for row in soon.to_dicts()]


def months_chart(view: View, month: date, clocks: pl.DataFrame | None = None, name: str = "sla") -> Chart:
    """Attainment of the thirteen months to this one, all promises together."""
    mine = view.scores.service.sla if clocks is None else clocks
    rows = []
    for back in range(MONTHS - 1, -1, -1):
        on = periods.month_of(month, -back)
        found = attained(
            mine.filter((pl.col("month_on") == on) & pl.col("state").is_not_null()) if mine.width else mine
        )
        value = found["pct"]
        rows.append(
            {
                "on": on.isoformat(),
                "when": wording.month(on),
                "value": value,
                "said": wording.percent(value, 1),
                "n": found["clocks"],
            }
        )
    known = [row for row in rows if row["value"] is not None]
    title = _title(known)
    low = min((row["value"] for row in known), default=0)
    spec = CHARTS["line_by_month"](rows, "%", (min(80, low - low % 10), 100), 470, 170) if known else {}
    table = tuple((row["when"], row["said"], wording.number(row["n"])) for row in rows)
    alt = f"Line chart of the share of promises kept by month. {title}."
    return Chart(name, title, alt, spec, ("Month", "Promises kept", "Clocks"), table)


def _title(known: Sequence[Row]) -> str:
    if not known:
        return "No promise has been due yet"
    last = known[-1]
    title = f"{last['said']} of promises kept in {last['when']}"
    return f"{title}, {known[0]['said']} in {known[0]['when']}" if len(known) > 1 else title


def promised(view: View) -> Row:
    """The last month that is over in a few figures: attainment, against the target, what runs out, credits proposed."""
    month = reported_month(view)
    if not has_clocks(view):
        return {"month": month, "pct": None, "clocks": 0, "breached": 0, "tiers": [], "behind": [], "soon": []}
    tiers = by_tier(view, month)
    behind = [row for row in tiers if row["target"] and row["pct"] is not None and row["pct"] < row["target"]]
    whole = attained(of_month(view, month))
    return {**whole, "month": month, "tiers": tiers, "behind": behind, "soon": running_out(view)}


def kept_for(view: View, account_id: str) -> Row | None:
    """An account's promises of the last three months that are over, fit for its own eyes: counts, no ticket of others.

    None where nothing fell due.
    """
    rows = view.scores.service.sla_accounts
    if rows.is_empty():
        return None
    last = reported_month(view)
    mine = rows.filter(
        (pl.col("account_id") == account_id) & pl.col("month_on").is_between(periods.month_of(last, -2), last)
    )
    sums = {
        clock: mine.filter(clock=clock).select(pl.col("clocks", "met", "breached").sum()).to_dicts()[0]
        for clock in CLOCKS
    }
    if not any(row["clocks"] for row in sums.values()):
        return None
    found = [{"clock": clock, **row, "pct": wording.ratio(row["met"], row["clocks"])} for clock, row in sums.items()]
    return {"rows": found, "from": periods.month_of(last, -2), "until": last, "target": mine["target_pct"].last()}


def moment(view: View, at: datetime | None) -> str:
    """An instant as the company's clock shows it: `2 Nov, 10:49`."""
    return wording.UNKNOWN if at is None else f"{at.astimezone(ZoneInfo(view.book.company.time_zone)):%-d %b, %H:%M}"


def share(value: Any) -> str:
    """A share of promises kept, with one decimal."""
    return wording.percent(value, 1)
