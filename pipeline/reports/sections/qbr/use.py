"""How the customer's people use the product, how we served them, and what they told us."""

from datetime import timedelta
from typing import Any

import polars as pl

from pipeline.charts.small import bar_plot, line_plot
from pipeline.reports import periods, wording
from pipeline.reports.facts import Row, View
from pipeline.reports.promises import kept_for
from pipeline.reports.sections.qbr.value import training

PEERS_MINIMUM = 5
DECISIONS = {
    "roadmap": "On the roadmap",
    "backlog": "Noted for a later release",
    "known_limitation": "A known limit; we will show you a way around it",
    "deferred": "Deferred",
    "rejected": "Not planned",
}
STATES = {"new": "Received", "open": "In work", "pending": "Waiting for your reply", "hold": "With a third party"}


def adoption(view: View, row: Row) -> Row:
    """People active a week over a year, seats in use, rhythm, and where the account stands among its peers."""
    weeks = _mine(view.book.usage_weeks, row).sort("week_ending_on").to_dicts()
    points = [(week["week_ending_on"], float(week["active_user_peak"])) for week in weeks]
    recent = [value for _, value in points[-4:]]
    before = [value for _, value in points[-17:-13]]
    now = sum(recent) / len(recent) if recent else None
    then = sum(before) / len(before) if len(before) == 4 else None
    counts = _week_counts(view, row) if view.is_usage_fresh else {}
    beside = peers(view, row)
    seats_pct = wording.ratio(now, row["seats"])
    return {
        "plot": line_plot(points, 560, 190) if any(value for _, value in points) else None,
        "points": points,
        "active": now,
        "active_before": then,
        "active_change": wording.growth(now, then),
        "seats": row["seats"],
        "seats_pct": seats_pct,
        "has_spare_seats": seats_pct is not None and (beside["is_low_use"] if beside else seats_pct < 45),
        "login_days": counts.get("login_day_count_30d"),
        "events_change": wording.growth(counts.get("event_count_30d"), counts.get("event_count_prior_30d")),
        "training": training(view, row),
        "peers": beside,
        "weeks": [(wording.day(week["week_ending_on"]), week["active_user_peak"]) for week in weeks[::-8][::-1]],
        "until": _usage_until(view),
    }


def peers(view: View, row: Row) -> Row | None:
    """Where the account stands among its segment in four measures; None under five accounts."""
    measures = _peer_measures(view).filter(pl.col("segment") == row["segment"])
    if row["segment"] is None or measures.height < PEERS_MINIMUM:
        return None
    mine = measures.filter(pl.col("account_id") == row["account_id"])
    if not mine.height:
        return None
    rows = []
    for name, label, unit, is_more_better in (
        ("active_pct", "Seats active on a working day", "%", True),
        ("feature_pct", "Features of the plan in use", "%", True),
        ("login_days", "Days with activity in the last 30", "", True),
        ("tickets_per_ten", "Tickets per ten seats in 90 days", "", False),
    ):
        known = measures.get_column(name).drop_nulls()
        own = mine.get_column(name).item()
        if own is None or known.len() < PEERS_MINIMUM:
            continue
        rows.append({"name": name, **_peer_row(known, own, label, unit, is_more_better)})
    if not rows:
        return None
    seats = next((each for each in rows if each["name"] == "active_pct"), None)
    is_low = bool(seats and seats["place"] < 25)
    return {"rows": rows, "count": measures.height, "segment": wording.word(row["segment"]), "is_low_use": is_low}


def features(view: View, row: Row) -> Row:
    """Features of the plan by days in use, and those not used in 90 days."""
    mine = _mine(view.book.account_features, row).filter(pl.col("is_in_plan") & ~pl.lit(view.is_missing("usage")))
    used = (
        mine.filter(pl.col("used_day_count_90d") > 0)
        .sort("used_day_count_90d", "feature", descending=[True, False])
        .to_dicts()
    )
    unused = mine.filter(pl.col("used_day_count_90d") == 0).sort("area", "feature", nulls_last=True).to_dicts()
    most = max((feature["used_day_count_90d"] for feature in used), default=0)
    return {
        "used": [{**feature, "pct": feature["used_day_count_90d"] / most * 100} for feature in used[:9]],
        "used_count": len(used),
        "unused": unused[:6],
        "unused_count": len(unused),
        "count": len(used) + len(unused),
        "pct": wording.ratio(len(used), len(used) + len(unused)),
        "helped": _helped(view, row, unused),
    }


def practice(view: View, row: Row) -> Row | None:
    """What comparable customers use most, and whether this one does; None where fewer than five of them are known."""
    if view.is_missing("usage"):
        return None
    others = view.standing.filter((pl.col("segment") == row["segment"]) & (pl.col("account_id") != row["account_id"]))
    known = view.book.account_features.filter(
        pl.col("is_in_plan") & pl.col("account_id").is_in(others.get_column("account_id").implode())
    )
    shares = known.group_by("feature").agg(
        pl.col("feature_name").first(), pl.len().alias("have"), (pl.col("used_day_count_90d") > 0).sum().alias("use")
    )
    own = {each["feature"]: each for each in _mine(view.book.account_features, row).to_dicts()}
    told = shares.filter(pl.col("have") >= PEERS_MINIMUM).with_columns(
        (pl.col("use") / pl.col("have") * 100).alias("pct")
    )
    rows = [
        {**each, "own": _own_use(own.get(each["feature"]))}
        for each in told.sort("pct", "feature", descending=[True, False]).to_dicts()
    ]
    return {"rows": rows[:6], "segment": wording.word(row["segment"])} if rows else None


def _own_use(feature: Row | None) -> str:
    if feature is None or not feature["is_in_plan"]:
        return "\u2013 not in your plan"
    return "\u2713 in use" if feature["used_day_count_90d"] else "\u25cb not used yet"


def service(view: View, row: Row) -> Row:
    """Tickets by month, how fast we answered and solved, how you rated us, and what is still open."""
    tickets = _mine(view.book.recent_tickets, row)
    recent = tickets.filter(pl.col("created_on") > view.back(90))
    before = tickets.filter(pl.col("created_on").is_between(view.back(179), view.back(90)))
    rated, rated_over = _rated(view, tickets)
    open_rows = _mine(view.book.open_tickets, row).sort("priority", "created_on", "ticket_id", nulls_last=True)
    return {
        "plot": bar_plot(_ticket_bars(view, tickets), 470, 170),
        "bars": [(label, count) for label, count, _ in _ticket_bars(view, tickets)],
        "created": recent.height,
        "created_before": before.height,
        "response": _median(recent, "first_response_minutes"),
        "response_before": _median(before, "first_response_minutes"),
        "resolution": _median(recent, "resolution_minutes"),
        "resolution_before": _median(before, "resolution_minutes"),
        "csat": rated.get_column("csat").mean() if rated.height else None,
        "csat_answers": rated.height,
        "csat_over": rated_over,
        "categories": _categories(recent),
        "open": [
            {**ticket, "state": STATES.get(ticket["status"], "In work")} for ticket in open_rows.head(6).to_dicts()
        ],
        "open_count": open_rows.height,
        "promises": kept_for(view, row["account_id"]),
        "year": tickets.height,
        "is_known": not view.is_missing("tickets"),
    }


def voice(view: View, row: Row) -> Row:
    """NPS answers in counts, quotes of those who agreed to be named, and what became of each piece of feedback."""
    answers = _mine(view.book.nps_answers, row)
    items = _mine(view.book.feedback_items, row).filter(pl.col("received_on") > view.back(365))
    newest = items.sort("received_on", "feedback_id", descending=[True, False])
    ranked = [view.safe_item(item) for item in newest.to_dicts()]
    return {
        "waves": _waves(view, row, answers),
        "quotes": [{**quote, "comment": view.safe(quote["comment"])} for quote in _quotes(answers)],
        "feedback": [_item(item) for item in ranked[:6]],
        "feedback_count": len(ranked),
        "shipped": [item for item in ranked if item["shipped_on"]],
        "decided": sum(item["decision"] is not None for item in ranked),
    }


def _item(item: Row) -> Row:
    if item["shipped_on"]:
        outcome = f"Delivered on {wording.day(item['shipped_on'])}"
    elif item["decision"]:
        outcome = DECISIONS.get(item["decision"], wording.word(item["decision"]))
        outcome += f", decided on {wording.day(item['decided_on'])}" if item["decided_on"] else ""
    else:
        outcome = "Under review"
    return {**item, "outcome": outcome, "said": item["text"] or item["theme"] or wording.word(item["category"])}


def _waves(view: View, row: Row, answers: pl.DataFrame) -> list[Row]:
    """Counts by wave. Anonymous answers count from three on in a wave; fewer of them are left out."""
    counts = (
        answers.with_columns(pl.col("is_anonymous").fill_null(False))
        .group_by("wave")
        .agg(
            pl.col("responded_on").max(),
            *_groups(pl.lit(True)),
            pl.col("is_anonymous").sum().alias("anonymous"),
            *(expr.alias("named_" + expr.meta.output_name()) for expr in _groups(~pl.col("is_anonymous"))),
        )
    )
    invited = {wave["wave"]: wave["invited_count"] for wave in _mine(view.book.nps_waves, row).to_dicts()}
    waves = []
    for wave in counts.sort("responded_on", "wave", descending=True).head(4).to_dicts():
        prefix = "" if wave["anonymous"] >= 3 else "named_"
        told = {name: wave[prefix + name] for name in ("promoters", "passives", "detractors")}
        if sum(told.values()):
            waves.append(
                {"wave": wave["wave"], **told, "answers": sum(told.values()), "invited": invited.get(wave["wave"])}
            )
    return waves


def _groups(keep: pl.Expr) -> list[pl.Expr]:
    score = pl.col("score")
    return [
        ((score >= 9) & keep).sum().alias("promoters"),
        ((score >= 7) & (score < 9) & keep).sum().alias("passives"),
        ((score < 7) & keep).sum().alias("detractors"),
    ]


def _quotes(answers: pl.DataFrame) -> list[Row]:
    agreed = pl.col("follow_up_consent").fill_null(False) & ~pl.col("is_anonymous").fill_null(False)
    said = answers.filter(agreed & (pl.col("comment").fill_null("").str.strip_chars() != ""))
    newest = said.sort("responded_on", "response_id", descending=True).unique(
        "comment", keep="first", maintain_order=True
    )
    return newest.head(3).to_dicts()


def _peer_measures(view: View) -> pl.DataFrame:
    weeks = view.book.account_weeks.filter((pl.col("week_ending_on") == view.as_of) & pl.col("is_scored"))
    working_days = (
        view.book.weeks.filter(pl.col("week_ending_on") == view.as_of).get_column("business_day_count_30d").item()
    )
    seats = pl.when(pl.col("seats") > 0).then(pl.col("seats"))
    used = pl.lit(1.0 if view.is_usage_fresh else None, pl.Float64)
    available = pl.when(pl.col("feature_available_count") > 0).then(pl.col("feature_available_count"))
    return weeks.select(
        "account_id",
        "segment",
        (pl.col("user_day_count_30d") / (seats * working_days) * 100 * used).clip(upper_bound=100).alias("active_pct"),
        (pl.col("feature_used_count_30d") / available * 100 * used).alias("feature_pct"),
        (pl.col("login_day_count_30d") * used).alias("login_days"),
        (pl.col("ticket_created_count_90d") / seats * 10).alias("tickets_per_ten"),
    )


def _peer_row(known: pl.Series, own: float, label: str, unit: str, is_more_better: bool) -> Row:
    at_most = sum(1.0 if each < own else 0.5 if each == own else 0.0 for each in known.to_list())
    rank = at_most / known.len() if is_more_better else 1 - at_most / known.len()
    quartile = ("lowest 25%", "lower half", "upper half", "top 25%")[min(3, int(rank * 4))]
    digits = 0 if unit or own >= 10 else 2
    return {
        "label": label,
        "own": wording.number(own, digits) + unit,
        "median": wording.number(known.median(), digits) + unit,
        "quartile": quartile,
        "place": round(rank * 100),
    }


def _helped(view: View, row: Row, unused: list[Row]) -> list[Row]:
    """Unused features with the share of the segment's accounts that use them, where five or more have them."""
    peers_of = view.standing.filter((pl.col("segment") == row["segment"]) & (pl.col("account_id") != row["account_id"]))
    ids = peers_of.get_column("account_id").implode()
    rows = (
        view.book.account_features.filter(pl.col("is_in_plan") & pl.col("account_id").is_in(ids))
        .group_by("feature")
        .agg(pl.len().alias("have"), (pl.col("used_day_count_90d") > 0).sum().alias("use"))
    )
    shares = {each["feature"]: each for each in rows.to_dicts() if each["have"] >= PEERS_MINIMUM}
    told = [{**feature, **shares[feature["feature"]]} for feature in unused if feature["feature"] in shares]
    for feature in told:
        feature["share_pct"] = feature["use"] / feature["have"] * 100
    return sorted(told, key=lambda feature: (-feature["share_pct"], feature["feature"]))[:4]


def _ticket_bars(view: View, tickets: pl.DataFrame) -> list[tuple[str, float, bool]]:
    counts = dict(tickets.group_by(pl.col("created_on").dt.truncate("1mo")).agg(pl.len()).iter_rows())
    months = [periods.month_of(view.as_of, shift) for shift in range(-11, 1)]
    return [(f"{month:%b %y}", float(counts.get(month, 0)), month == months[-1]) for month in months]


def _rated(view: View, tickets: pl.DataFrame) -> tuple[pl.DataFrame, str]:
    """The rated tickets of 90 days, or of twelve months where fewer than three were rated; and which of the two."""
    rated = tickets.filter(pl.col("csat").is_not_null())
    recent = rated.filter(pl.col("solved_on").fill_null(pl.col("created_on")) > view.back(90))
    return (recent, "90 days") if recent.height >= 3 else (rated, "12 months")


def _categories(tickets: pl.DataFrame) -> list[Row]:
    counts = (
        tickets.with_columns(pl.col("category").fill_null("other")).group_by("category").agg(pl.len().alias("count"))
    )
    return counts.sort("count", "category", descending=[True, False]).to_dicts()


def _median(tickets: pl.DataFrame, column: str) -> Any:
    return tickets.get_column(column).median() if tickets.height else None


def _week_counts(view: View, row: Row) -> Row:
    week = _mine(view.book.account_weeks, row).filter(pl.col("week_ending_on") == view.as_of)
    return week.to_dicts()[0] if week.height else {}


def _usage_until(view: View) -> Any:
    usage = next((feed for feed in view.feeds if feed["feed"] == "usage"), None)
    newest = usage["newest_on"] if usage else None
    return newest if newest and newest < view.as_of - timedelta(days=3) else None


def _mine(frame: pl.DataFrame, row: Row) -> pl.DataFrame:
    return frame.filter(pl.col("account_id") == row["account_id"])
