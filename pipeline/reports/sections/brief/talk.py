"""What to say and what to leave out: points for the talk with their grounds, and subjects that would do harm."""

from collections.abc import Iterator, Sequence

import polars as pl

from pipeline.reports import wording
from pipeline.reports.facts import Row
from pipeline.reports.qbr import ROLES
from pipeline.reports.risk import Risk

POINTS, SILENT = 6, 4
DAYS = 90


def talking_points(risk: Risk, row: Row, pack: Row, roles: Sequence[Row], grows: Row) -> list[Row]:
    """What to raise, in the order of a talk: what went well, what hurts, what was asked, who is missed, what next."""
    made = [*_praise(pack), *_amends(risk, row, pack), *_told(pack), *_absent(roles), *_offers(grows)]
    return [{"title": title, "text": text} for title, text in made][:POINTS]


def _praise(pack: Row) -> Iterator[tuple[str, str]]:
    for win in pack["story"]["wins"][:2]:
        yield f"Open with: {win['title']}", win["text"]


def _amends(risk: Risk, row: Row, pack: Row) -> Iterator[tuple[str, str]]:
    concern = pack["story"]["concern"]
    if concern:
        yield f"Say it before they do: {concern['title']}", concern["text"]
    late = [one for one in risk.actions.get(row["account_id"], []) if one["due_on"] < risk.view.as_of]
    if late:
        yield (
            "We owe them",
            f"{late[0]['title']}, due {wording.day(late[0]['due_on'])}"
            + (f"; {len(late) - 1} more overdue." if len(late) > 1 else "."),
        )


def _told(pack: Row) -> Iterator[tuple[str, str]]:
    shipped = pack["recommendations"]["shipped"]
    if shipped:
        said = shipped[0]["theme"] or shipped[0]["text"] or "their request"
        yield "Tell them it is there", f"{said}, delivered {wording.day(shipped[0]['shipped_on'])}."
    advice = pack["recommendations"]["rows"]
    if advice:
        yield advice[0]["title"], advice[0]["why"]


def _absent(roles: Sequence[Row]) -> Iterator[tuple[str, str]]:
    for one in roles:
        name = ROLES[one["role"]].lower()
        if one["state"] == "vacant":
            yield f"Ask who follows as {name}", f"Nobody holds the role since {wording.day(one['gone_on'])}."
        elif one["state"] == "out of touch":
            last = f"last talk {wording.day(one['last_on'])}" if one["last_on"] else "no talk on file"
            yield (
                f"Ask for ten minutes with the {name}",
                f"{last[:1].upper()}{last[1:]}; at most {one['days']} days is the rule.",
            )


def _offers(grows: Row) -> Iterator[tuple[str, str]]:
    if grows["is_open"] and grows["triggers"]:
        first = grows["triggers"][0]
        yield f"Grow with them: {first['label']}", f"{first['evidence']}."


def not_to_raise(risk: Risk, row: Row, roles: Sequence[Row], grows: Row) -> list[Row]:
    """What stays unsaid in this talk, and why."""
    made = [*_ours(), *_selling(risk, row, grows), *_sore(risk, row), *_private(risk, row)]
    return [{"title": title, "text": text} for title, text in made][:SILENT]


def _ours() -> Iterator[tuple[str, str]]:
    yield (
        "Score, colour, chance to renew",
        "They are ours, and say nothing a customer can act on. Speak of what lies behind them.",
    )


def _selling(risk: Risk, row: Row, grows: Row) -> Iterator[tuple[str, str]]:
    if row["open_p0_p1"]:
        yield "Anything to buy", f"{wording.counted(row['open_p0_p1'], 'urgent ticket')} still open: solve first."
    elif grows["gate"] and not grows["is_open"]:
        yield (
            "Anything to buy",
            f"The gate is closed ({wording.word(grows['gate']).lower()}): value first, offers later.",
        )
    against = {one["factor"]: one for one in risk.against(row["account_id"])}
    for factor, words in (
        ("contract_disputed", "Contract terms, unless they do: who decides each open point is being settled"),
        ("price_increase_over_25", "The new price, without the sponsor in the room"),
        ("budget_cut", "Budget, in front of others: ask the sponsor alone"),
    ):
        if factor in against:
            yield words.split(",")[0].split(":")[0], f"{words}. {against[factor]['evidence']}."


def _sore(risk: Risk, row: Row) -> Iterator[tuple[str, str]]:
    items = risk.view.book.feedback_items
    if items.width:
        mine = items.filter(
            (pl.col("account_id") == row["account_id"])
            & (pl.col("decision") == "rejected")
            & (pl.col("decided_on") > risk.view.back(2 * DAYS))
        ).sort("decided_on", "feedback_id", descending=[True, False])
        for item in mine.head(1).to_dicts():
            said = wording.short(item["theme"] or item["text"] or "a request", 60)
            yield (
                f"A date for \u201c{said}\u201d",
                f"It was declined on {wording.day(item['decided_on'])}; do not promise it.",
            )


def _private(risk: Risk, row: Row) -> Iterator[tuple[str, str]]:
    rows = risk.view.book.nps_answers
    if not rows.width:
        return
    hidden = pl.col("is_anonymous").fill_null(False) | ~pl.col("follow_up_consent").fill_null(False)
    mine = rows.filter(
        (pl.col("account_id") == row["account_id"]) & (pl.col("responded_on") > risk.view.back(2 * DAYS))
    )
    count = mine.filter(hidden).height
    if count:
        yield "Who said what in the survey", f"{wording.counted(count, 'answer')} came without leave to follow up."
