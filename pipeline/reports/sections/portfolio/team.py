"""The blocks of the dashboard about our own work: reviews, books, implementations, and the data behind all."""

from typing import Any

import polars as pl

from pipeline.reports import periods, wording
from pipeline.reports.facts import TROUBLED, Row, View, total
from pipeline.reports.reviews import months_between_reviews
from pipeline.reports.sections.portfolio.overview import renewals_due

PHASES = ("planning", "setup", "configuration", "migration", "testing", "go_live", "optimization")


def reviews(view: View) -> Row:
    """Business reviews held this fiscal quarter and last, by tier, against the accounts due one each quarter."""
    starts = view.book.company.fiscal_year_starts_month
    now = periods.quarter_of(view.as_of, starts)
    last = periods.quarter_before(now, starts)
    held = view.book.qbrs.filter(pl.col("held_on").is_not_null() & (pl.col("held_on") <= view.as_of))
    this_quarter = held.filter(pl.col("held_on") >= now.starts_on)
    last_quarter = held.filter(pl.col("held_on").is_between(last.starts_on, last.ends_on))
    return {
        "quarter": now.label,
        "last_label": last.label,
        "rows": [_tier_row(view, tier, this_quarter, last_quarter) for tier in ("enterprise", "mid_market", "starter")],
        "satisfaction": this_quarter.get_column("satisfaction").mean() if this_quarter.height else None,
        "rated": this_quarter.get_column("satisfaction").drop_nulls().len() if this_quarter.height else 0,
        "held": this_quarter.height,
        "held_last": last_quarter.height,
    }


def books_of_business(view: View) -> list[Row]:
    """One row per CSM: accounts, ARR, bands, money at risk, renewals of 90 days, touches and urgent tickets."""
    due = renewals_due(view, 90).group_by("csm").agg(pl.col("arr").sum().alias("due_arr"))
    touches = view.book.account_weeks.filter(pl.col("week_ending_on") == view.as_of).select(
        "account_id", "touch_count_30d", "proactive_touch_count_30d"
    )
    band = pl.col("health_band")
    rows = (
        view.standing.join(touches, on="account_id", how="left")
        .group_by("csm")
        .agg(
            pl.len().alias("accounts"),
            pl.col("arr").sum(),
            *((band == name).sum().alias(name) for name in view.bands),
            pl.col("arr").filter(band.is_in(TROUBLED)).sum().alias("at_risk_arr"),
            pl.col("touch_count_30d").sum().alias("touches"),
            pl.col("open_p0_p1").sum().alias("urgent"),
            pl.col("health_score").mean().alias("score"),
        )
    )
    joined = rows.join(due, on="csm", how="left", nulls_equal=True).with_columns(pl.col("due_arr").fill_null(0))
    ranked = joined.sort(pl.col("arr"), pl.col("csm"), descending=[True, False]).to_dicts()
    return [{**row, "csm": row["csm"] or "No CSM", "touches_each": row["touches"] / row["accounts"]} for row in ranked]


def implementations(view: View) -> Row:
    """Implementations that are not live yet, the latest first."""
    running = view.book.implementations.filter(pl.col("went_live_on").is_null())
    rows = [_plan_row(view, row) for row in running.sort("plan_id").to_dicts()]
    ranked = sorted(rows, key=lambda row: (-row["days_late"], row["plan_id"]))
    phases = [{"phase": phase, "count": sum(row["phase"] == phase for row in rows)} for phase in PHASES]
    live = view.book.implementations.filter(pl.col("went_live_on").is_between(view.back(89), view.as_of))
    return {
        "rows": ranked[:10],
        "count": len(rows),
        "late": sum(row["days_late"] > 0 for row in rows),
        "blocked": sum(bool(row["has_technical_blocker"]) for row in rows),
        "phases": [phase for phase in phases if phase["count"]],
        "went_live": live.height,
    }


def call_list(view: View, count: int = 14) -> list[Row]:
    """Whom to call this week: by money and renewal date, with what drives it and what is agreed next."""
    return [{**row, "driver": view.driver(row["account_id"], 2)} for row in view.troubled.head(count).to_dicts()]


def freshness(view: View) -> list[Row]:
    """Every feed that is expected or has rows, with the date it reaches to."""
    order = {"missing": 0, "stale": 1, "late": 2, "before": 3, "fresh": 4}
    told = [feed for feed in view.feeds if feed["is_expected"] or feed["has_rows"]]
    return sorted(told, key=lambda feed: (order.get(feed["state"], 9), not feed["is_expected"], feed["feed"]))


def feed_alarms(view: View) -> list[str]:
    """What is frozen or scores 0 because an expected feed is late or missing: every report says so at its top."""
    lines = []
    for feed in freshness(view):
        parts = wording.listed([_inside(part.label) for part in view.parts.values() if feed["feed"] in part.feeds])
        lines += _gap(feed, parts) if parts else []
    return lines


def model_gaps(view: View) -> list[str]:
    """What is off, frozen or missing in the health model, as sentences; empty when all of it is measured."""
    feeds = {feed["feed"]: feed for feed in view.feeds}
    lines = feed_alarms(view)
    idle = [part for part in view.parts.values() if not all(_expected(feeds, need) for need in part.feeds)]
    off = [_inside(part.label) for part in idle]
    if off:
        names = wording.listed(off)
        lines.append(f"Switched off because their feed is not expected: {names}. The other weights share theirs.")
    thin = view.standing.filter(pl.col("health_band") == "insufficient_data")
    if thin.height:
        lines.append(
            f"{wording.counted(thin.height, 'customer')} with {view.money(total(thin, 'arr'))} "
            f"{'has' if thin.height == 1 else 'have'} too little data for a band and are counted apart."
        )
    return lines


def _tier_row(view: View, tier: str, held: pl.DataFrame, held_last: pl.DataFrame) -> Row:
    accounts = view.standing.filter(pl.col("tier") == tier).get_column("account_id")
    is_quarterly = months_between_reviews(view.context, tier) <= 3
    done = held.filter(pl.col("account_id").is_in(accounts.implode())).get_column("account_id").n_unique()
    before = held_last.filter(pl.col("account_id").is_in(accounts.implode())).get_column("account_id").n_unique()
    return {
        "tier": tier,
        "accounts": accounts.len(),
        "is_quarterly": is_quarterly,
        "held": done,
        "held_last": before,
        "pct": wording.ratio(done, accounts.len()) if is_quarterly else None,
        "pct_last": wording.ratio(before, accounts.len()) if is_quarterly else None,
    }


def _plan_row(view: View, row: Row) -> Row:
    target = row["target_go_live_on"] or row["original_go_live_on"]
    late = max((target - row["original_go_live_on"]).days, (view.as_of - row["original_go_live_on"]).days, 0)
    behind = None
    if row["completion_pct"] is not None and row["planned_pct"] is not None:
        behind = row["planned_pct"] - row["completion_pct"]
    name = view.names.get(row["account_id"], row["account_id"])
    return {**row, "account_name": name, "target": target, "days_late": late, "behind": behind}


def _inside(label: str) -> str:
    """A label within a sentence: `login days`, but `NPS answers`."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def _gap(feed: dict[str, Any], parts: str) -> list[str]:
    name = wording.word(feed["feed"])
    if not feed["is_expected"]:
        return []
    until = f"{name}: nothing after {wording.day(feed['newest_on'])}"
    if feed["state"] == "missing":
        return [f"{name}: expected, but no row ever arrived. Counted as 0 for everyone until one does: {parts}."]
    if feed["state"] == "stale":
        return [f"{until}, beyond the limit. Counted as 0 until then: {parts}."]
    if feed["state"] == "late":
        return [f"{until}. Frozen at the last fresh week: {parts}."]
    return []


def _expected(feeds: dict[str, Row], name: str) -> bool:
    return bool(feeds.get(name, {}).get("is_expected", False))
