"""What changed, in sentences: each says the change, its main cause with its share, and what follows from it.

Nothing is said of a change within the noise, nor of one whose cause is not on file. Pure.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import polars as pl

from pipeline.reports import periods, wording
from pipeline.reports.facts import TROUBLED, View

QUARTER, HALF_PERCENT, TWO_ERRORS = 91, 0.005, 2.0
KINDS = {
    "new": "new customers",
    "expansion": "expansion of customers",
    "reactivation": "customers who came back",
    "contraction": "contraction of customers",
    "churn": "customers who left",
    "fx": "exchange rates",
}
SIGNS = {"contraction": -1.0, "churn": -1.0}


@dataclass(frozen=True, slots=True)
class Moved:
    """One figure at two moments, what moved it, and what follows.

    `noise` is the change that may be chance or rounding; `causes` carry amounts with the sign of their effect.
    """

    subject: str
    now: float
    before: float
    since: str
    noise: float
    causes: tuple[tuple[str, float], ...]
    consequence: str
    say: Callable[[float], str]


def sentence(moved: Moved) -> str | None:
    """The change, its largest cause with its share of all that pulled the same way, and what follows; None in noise."""
    change = moved.now - moved.before
    if abs(change) <= moved.noise:
        return None
    same = [(label, amount) for label, amount in moved.causes if amount * change > 0]
    if not same or not moved.consequence:
        return None
    label, amount = max(same, key=lambda cause: (abs(cause[1]), cause[0]))
    share = wording.percent(amount / sum(each for _, each in same) * 100)
    way, pull = ("up", "rise") if change > 0 else ("down", "fall")
    grown = wording.growth(moved.now, moved.before)
    relative = (
        f" ({wording.percent(abs(grown))})" if grown is not None and moved.before > 0 and abs(grown) < 1000 else ""
    )
    told = f"{moved.subject} is {way} {moved.say(abs(change))}{relative} {moved.since}, to {moved.say(moved.now)}"
    return f"{told}: {label} made {share} of the {pull}. {moved.consequence}"


def narrative(view: View) -> list[str]:
    """The sentences of the book, in the order in which a reader asks: money, risk, losses, health."""
    return [said for moved in _moves(view) if (said := sentence(moved))]


def _moves(view: View) -> Iterator[Moved]:
    for make in (arr, at_risk, lost, health):
        moved = make(view)
        if moved is not None:
            yield moved


def arr(view: View) -> Moved | None:
    """ARR at the end of the last completed month against three months before, by kind of movement."""
    bridge = view.scores.money.arr_bridge
    if not bridge.width:
        return None
    whole = bridge.filter((pl.col("segment") == "all") & (pl.col("month_on") < periods.month_of(view.as_of, 0)))
    months = whole.sort("month_on").tail(3)
    if months.height < 3:
        return None
    sums = {kind: float(months.get_column(kind).sum() or 0) * SIGNS.get(kind, 1.0) for kind in KINDS}
    before, now = float(months.get_column("opening")[0]), float(months.get_column("closing")[-1])
    causes = tuple((KINDS[kind], amount) for kind, amount in sums.items() if amount)
    since = f"in the three months to {wording.month(months.get_column('month_on')[-1])}"
    return Moved("ARR", now, before, since, before * HALF_PERCENT, causes, _landing(view), view.money)


def _landing(view: View) -> str:
    rows = view.scores.money.landing
    if not rows.width:
        return ""
    running = rows.filter(
        (pl.col("measure") == "arr") & (pl.col("dimension") == "all") & (pl.col("state") == "running")
    ).filter(pl.col("landing").is_not_null())
    if running.is_empty():
        return ""
    row = running.sort("ends_on", "period").to_dicts()[-1]
    lands = f"At this pace the year ends at {view.money(row['landing'])}"
    if row["gap"] is None:
        return lands + "."
    side = "over" if row["gap"] >= 0 else "short of"
    return f"{lands}, {view.money(abs(row['gap']))} {side} plan."


def at_risk(view: View) -> Moved | None:
    """ARR at risk or critical against a quarter ago, by what happened to each account since."""
    then = view.panel.filter(pl.col("week_ending_on") == view.back(QUARTER))
    now = view.panel.filter(pl.col("week_ending_on") == view.as_of)
    if then.is_empty() or now.is_empty():
        return None
    both = _exposed(now).join(_exposed(then), on="account_id", how="full", coalesce=True, suffix="_then")
    known = both.with_columns(
        came=(pl.col("exposed").fill_null(0.0) - pl.col("exposed_then").fill_null(0.0)),
        why=pl.when(pl.col("exposed_then").is_null())
        .then(pl.lit("customers who are new"))
        .when(pl.col("exposed").is_null())
        .then(pl.lit("customers who left"))
        .when((pl.col("exposed") > 0) & (pl.col("exposed_then") > 0))
        .then(pl.lit("a change of their ARR"))
        .when(pl.col("exposed") > 0)
        .then(pl.lit("customers who fell to it"))
        .otherwise(pl.lit("customers who recovered")),
    )
    sums = known.group_by("why").agg(pl.col("came").sum()).sort("why")
    total_now, total_then = float(known["exposed"].sum() or 0), float(known["exposed_then"].sum() or 0)
    whole = float(now.get_column("arr").cast(pl.Float64).sum() or 0)
    return Moved(
        "ARR at risk or critical",
        total_now,
        total_then,
        "on a quarter ago",
        whole * HALF_PERCENT,
        tuple(sums.iter_rows()),
        _soon(view),
        view.money,
    )


def _exposed(weeks: pl.DataFrame) -> pl.DataFrame:
    is_exposed = pl.col("health_band").is_in(TROUBLED).fill_null(False)
    return weeks.select("account_id", exposed=pl.when(is_exposed).then(pl.col("arr").cast(pl.Float64)).otherwise(0.0))


def _soon(view: View) -> str:
    if view.troubled.is_empty():
        return "Nobody is at risk or critical now."
    near = view.troubled.filter(pl.col("days_to_renewal") <= 90)
    if near.is_empty():
        return "None of it renews within 90 days, so there is time to act."
    return f"{view.money(near.get_column('arr').sum())} of it renews within 90 days."


def lost(view: View) -> Moved | None:
    """ARR of customers who left in 90 days against the 90 before, by recorded reason."""
    accounts = view.book.accounts
    gone = accounts.filter((pl.col("churned_on") > view.back(180)) & (pl.col("churned_on") <= view.as_of))
    recent = pl.col("churned_on") > view.back(90)
    amount = pl.col("churned_arr").cast(pl.Float64).fill_null(0.0)
    signed = gone.select(
        reason=pl.col("churn_reason").fill_null("no recorded reason"),
        came=pl.when(recent).then(amount).otherwise(-amount),
        now=pl.when(recent).then(amount).otherwise(0.0),
    )
    now = float(signed["now"].sum() or 0)
    before = now - float(signed["came"].sum() or 0)
    sums = signed.group_by("reason").agg(pl.col("came").sum()).sort("reason")
    causes = tuple((f"\u201c{wording.word(reason)}\u201d", came) for reason, came in sums.iter_rows())
    whole = float(view.standing.get_column("arr").cast(pl.Float64).sum() or 0)
    since = "in 90 days, on the 90 before,"
    return Moved(
        "ARR lost to churn", now, before, since.rstrip(","), whole * HALF_PERCENT, causes, _kept(view), view.money
    )


def _kept(view: View) -> str:
    rows = view.scores.money.retention
    if not rows.width:
        return ""
    whole = rows.filter((pl.col("dimension") == "all") & pl.col("grr_pct").is_not_null()).sort("period_ends_on")
    if whole.is_empty():
        return ""
    row = whole.to_dicts()[-1]
    return f"Gross retention of twelve months stands at {wording.percent(row['grr_pct'], 1)}."


def health(view: View) -> Moved | None:
    """The mean health score against last week; the noise is two standard errors of the accounts' changes."""
    moved = view.standing.filter(pl.col("health_change_1w").is_not_null() & pl.col("health_score").is_not_null())
    if moved.height < 2:
        return None
    changes = moved.get_column("health_change_1w")
    now, change = _number(moved.get_column("health_score").mean()), _number(changes.mean())
    noise = TWO_ERRORS * _number(changes.std()) / moved.height**0.5
    parts = view.scores.health_changes.filter(
        (pl.col("horizon") == "1w") & pl.col("account_id").is_in(moved.get_column("account_id").implode())
    )
    sums = parts.group_by("component").agg(pl.col("change").sum()).sort("component")
    causes = tuple((view.part_word(name).lower(), float(amount)) for name, amount in sums.iter_rows())
    return Moved(
        "The mean health score",
        now,
        now - change,
        "on last week",
        noise,
        causes,
        _crossed(view, rose=change > 0),
        lambda x: wording.number(x, 1),
    )


def _number(value: Any) -> float:
    return float(value or 0.0)


def _crossed(view: View, *, rose: bool) -> str:
    """Who crossed the line to at risk this week, in the direction of the change."""
    now = view.panel.filter(pl.col("week_ending_on") == view.as_of)
    then = view.panel.filter(pl.col("week_ending_on") == view.as_of - timedelta(days=7))
    exposed, clear = pl.col("health_band").is_in(TROUBLED), ~pl.col("health_band").is_in(TROUBLED)
    crossed = now.filter(clear if rose else exposed).join(
        then.filter(exposed if rose else clear).select("account_id"), on="account_id", how="semi"
    )
    if crossed.is_empty():
        return "Nobody left the red side by it." if rose else "Nobody fell to at risk by it."
    who = f"{wording.counted(crossed.height, 'customer')} with {view.money(crossed.get_column('arr').sum())} of ARR"
    return f"{who} {'rose out of at risk' if rose else 'fell to at risk or worse'}."
