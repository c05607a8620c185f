"""The quarterly NPS report, section by section: summary, dashboard, segments, themes, who and what. (infra 14.4)"""

from math import sqrt

import polars as pl

from pipeline.book import Book
from pipeline.reports import wording
from pipeline.reports.document import Context, Document
from pipeline.reports.facts import Row, View
from pipeline.reports.sections.nps.people import detractors, follow_up, passives, promoters
from pipeline.reports.sections.nps.segments import insight, segments
from pipeline.reports.sections.nps.themes import recommendations, themes
from pipeline.reports.sections.portfolio.service import nps_chart
from pipeline.reports.voice import said, verdicts, waves
from pipeline.scores import Scores
from pipeline.voice.interval import Z

TREND = 12


def nps_report(book: Book, scores: Scores, context: Context) -> list[Document]:
    """One document about the newest wave with answers; without any it says what would fill it."""
    view = View(book, scores, context)
    rows = waves(view)
    if not rows:
        return [Document("nps/nps", "nps.html.j2", "NPS report", {"now": None}, "No wave yet")]
    return [Document("nps/nps", "nps.html.j2", "NPS report", _data(view, rows), str(rows[-1]["wave"]))]


def _data(view: View, rows: list[Row]) -> Row:
    now, wave = rows[-1], str(rows[-1]["wave"])
    heard = themes(view, wave)
    people = detractors(view, wave)
    cells = segments(view, wave)
    advice = recommendations(view, heard)
    data: Row = {
        "now": now,
        "wave": wave,
        "headline": _headline(now),
        "lead": _lead(view, now),
        "finding": _finding(view, now, heard, cells),
        "action": advice[0] if advice else "Ask why, beside how likely: the answers carry no comment to act on.",
        "outlook": _outlook(view, now),
        "tiles": _tiles(view, now),
        "verdicts": verdicts(now),
        "chart": nps_chart(view, rows[-TREND:]),
        "benchmark": _benchmark(view, now),
        "segments": cells,
        "insight": insight(cells),
        "themes": heard,
        "recommendations": advice,
        "detractors": people,
        "passives": passives(view, wave),
        "promoters": promoters(view, wave),
        "follow_up": follow_up(view, wave),
        "migration": migration(view, wave),
        "few": view.context.policy.voice.nps.small_n,
        "rates": view.context.policy.voice.nps.response_rate,
        "method": _method(view),
    }
    return {**data, "plan": _plan(view, data)}


def _headline(now: Row) -> str:
    interval = f"between {wording.change(now['low'])} and {wording.change(now['high'])} with 95% confidence"
    if now["is_small"]:
        return f"{now['wave']}: {said(now)}; too few to read as a score"
    return f"NPS is {said(now)} in {now['wave']}, {interval}"


def _lead(view: View, now: Row) -> str:
    goal = now["target"]
    against = f"The target of the quarter is {wording.number(goal)}" if goal is not None else "No target is set"
    reached = "" if goal is None or now["nps"].score is None else _reached(now, goal)
    first = verdicts(now)[:1]
    return " ".join([f"{against}{reached}.", *first])


def _reached(now: Row, goal: float) -> str:
    if now["low"] >= goal:
        return ": reached, and the whole interval lies above it"
    if now["high"] < goal:
        return ": missed, and the whole interval lies below it"
    return f": {'reached' if now['nps'].score >= goal else 'missed'}, though the interval reaches across it"


def _finding(view: View, now: Row, heard: Row, cells: list[Row]) -> str:
    """The most important thing to know: a real change, else a segment that differs, else what detractors say."""
    if now["change_verdict"] == "distinguishable":
        return verdicts(now)[0]
    differs = insight(cells)
    if differs["is_distinguishable"]:
        return str(differs["text"])
    pains = heard["detractor"]["themes"]
    if pains:
        top = pains[0]
        return (
            f"Detractors speak most of {top['theme'].lower()}: {top['answers']} of {top['of_answers']} comments, "
            f"with {view.money(top['arr'])} of ARR behind them."
        )
    return "No change and no segment can be told from chance; read the counts."


def _outlook(view: View, now: Row) -> str:
    """No forecast: the next target, and how large a change must be to be told from none."""
    following = _next_quarter_target(view, now)
    half = Z * sqrt(2 * now["nps"].variance) * 100
    return (
        f"The next wave is measured against {following}. With as many answers as now, a change of under "
        f"{wording.number(half)} points cannot be told from none."
    )


def _next_quarter_target(view: View, now: Row) -> str:
    targets = view.context.policy.voice.nps.targets
    following = targets[f"q{((now['wave_on'].month - 1) // 3 + 1) % 4 + 1}"]
    return f"{wording.number(following.value)}{'+' if following.over is not None else ''}"


def _tiles(view: View, now: Row) -> list[Row]:
    nps = now["nps"]
    rules = view.context.policy.voice.nps.response_rate
    rate = now["response_rate_pct"]
    goal = f"target {rules.at_least_pct:g}% to {rules.aim_pct:g}%"
    counts = [
        {"label": name, "value": wording.share(count, nps.answers), "note": f"{count} of {nps.answers} answers"}
        for name, count in (("Promoters", nps.promoters), ("Passives", nps.passives), ("Detractors", nps.detractors))
    ]
    counts[2]["note"] += f", {_detractor_accounts(view, now)}"
    return [
        _nps_tile(now),
        *counts,
        {
            "label": "Response rate",
            "value": wording.percent(rate),
            "note": f"{nps.answers} of {now['invited']:,} invited, {goal}" if now["invited"] else "nobody was invited",
            "tone": "bad" if rate is not None and rate < rules.at_least_pct else "",
        },
        {
            "label": "ARR heard",
            "value": wording.percent(now["arr_coverage_pct"]),
            "note": f"{now['accounts_answered']} customers answered, {now['accounts_invited']} were asked",
        },
    ]


def _nps_tile(now: Row) -> Row:
    """The score with its n and interval; where answers are few the counts stand in its place, grey."""
    nps = now["nps"]
    score = f"{wording.change(nps.score)} (n = {nps.answers})"
    interval = f"{wording.change(nps.low)} to {wording.change(nps.high)}"
    if now["is_small"]:
        counts = f"{nps.promoters} / {nps.passives} / {nps.detractors}"
        note = f"promoters, passives, detractors: NPS {score}, {interval}"
        return {"label": "Too few answers", "value": counts, "note": note, "tone": "few"}
    return {"label": "NPS", "value": wording.change(nps.score), "note": f"n = {nps.answers}, {interval}"}


def _detractor_accounts(view: View, now: Row) -> str:
    mine = view.scores.voice.nps_responses.filter(
        (pl.col("wave") == now["wave"]) & (pl.col("nps_group") == "detractor") & pl.col("account_id").is_not_null()
    )
    return wording.counted(mine["account_id"].n_unique(), "account")


def _benchmark(view: View, now: Row) -> Row:
    """The company's own entry of an industry average, and how the interval stands to it."""
    rows = view.book.targets
    found = rows.filter(pl.col("measure") == "nps_benchmark") if rows.height else rows
    value = float(found.sort("period", "dimension")["value"].item(-1)) if found.height else None
    if value is None:
        return {"value": None, "words": "No benchmark is on file; enter one in targets as nps_benchmark."}
    stands = "above" if now["low"] > value else "below" if now["high"] < value else "not distinguishable from"
    return {"value": value, "words": f"Industry average {wording.change(value)}: ours is {stands} it."}


def migration(view: View, wave: str) -> Row:
    """Who answered this wave and the one before: from which group to which, and how many detractors were won."""
    rows = view.scores.voice.nps_migration.filter(pl.col("wave") == wave).to_dicts()
    table: dict[str, dict[str, int]] = {}
    for row in rows:
        table.setdefault(row["from_group"], {})[row["to_group"]] = row["respondents"]
    was = table.get("detractor", {})
    return {
        "before": rows[0]["wave_before"] if rows else None,
        "rows": table,
        "both": sum(row["respondents"] for row in rows),
        "detractors": sum(was.values()),
        "won": sum(count for group, count in was.items() if group != "detractor"),
    }


def _plan(view: View, data: Row) -> list[Row]:
    """Immediate, this quarter, the next two, long term: each with the numbers of this wave."""
    people, happy = data["detractors"], data["promoters"]
    pains = data["themes"]["detractor"]["themes"]
    savable = people["kinds"]["redeemable"] + people["kinds"]["planning_to_leave"]
    reasons = [one["theme"].lower() for one in pains[:3]]
    targets = view.context.policy.voice.nps.targets
    return [
        {
            "when": "This week",
            "items": [
                f"Call {wording.counted(people['count'], 'customer')} with detractors: {people['open']} calls are open",
                f"Thank {wording.counted(happy['count'], 'customer')} with promoters",
                "Present this report to leadership",
            ],
        },
        {
            "when": "This quarter",
            "items": [
                f"Convert the detractors of {wording.counted(savable, 'customer')} that may leave or waver",
                f"Collect testimonials: {happy['counts']['testimonial']} customers agreed to be asked",
                *data["recommendations"][:2],
            ],
        },
        {
            "when": "Next two quarters",
            "items": [
                f"Answer the leading reasons: {wording.listed(reasons)}" if reasons else "Ask detractors for reasons",
                "Ask the same detractors again, and count who moved",
                f"Reach {_next_quarter_target(view, data['now'])} in the next wave",
            ],
        },
        {"when": "By the end of the year", "items": [f"NPS of {targets['q4'].value:g}+ in the October wave"]},
    ]


def _method(view: View) -> str:
    rules = view.context.policy.voice.nps
    return (
        f"Promoters answered {rules.promoter_from} or 10, detractors 0 to {rules.detractor_to}; one answer per person "
        "and wave, the latest. NPS is the share of promoters less that of detractors; its 95% interval is adjusted "
        f"Wald. Under {rules.small_n} answers it is grey, and counts come first. Tier, industry, region, CSM and ARR "
        "are today's; time live is that of the day the wave began. By account, every account weighs the same. Comments "
        "and names appear only of people who agreed to be followed up."
    )


def nps_json_data(view: View) -> Row:
    """What `nps/nps.json` holds: the newest wave whole, and every wave with its NPS, interval, n and rates."""
    rows = waves(view)
    voice = view.scores.voice
    if not rows:
        return {"as_of": view.as_of, "wave": None, "waves": []}
    wave = rows[-1]["wave"]
    of_wave = pl.col("wave") == wave
    goals = {row["wave"]: row["target"] for row in rows}
    history = voice.nps.filter((pl.col("dimension") == "all") & pl.col("wave").is_in(list(goals))).to_dicts()
    return {
        "as_of": view.as_of,
        "company": view.book.company.name,
        "wave": wave,
        "target": rows[-1]["target"],
        "waves": [{**row, "target": goals[row["wave"]]} for row in history],
        "dimensions": voice.nps.filter(of_wave).to_dicts(),
        "migration": voice.nps_migration.filter(of_wave).to_dicts(),
        "themes": voice.feedback_themes.filter(of_wave).to_dicts(),
        "follow_up": voice.nps_follow_up.filter(of_wave).to_dicts(),
        "candidates": voice.nps_candidates.filter(of_wave).drop("respondent_id").to_dicts(),
        "ratings": voice.ratings.filter(pl.col("dimension") == "all").to_dicts(),
    }
