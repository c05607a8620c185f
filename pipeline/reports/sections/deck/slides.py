"""What stands on each slide of a QBR presentation, in the order of the pack's pages."""

from collections.abc import Iterator
from datetime import date

from pipeline.reports import wording
from pipeline.reports.deck import FIGURE, PLAIN, QUIET, STRONG, Grid, Part, Row, Slide, Words, spoken, tiles_of
from pipeline.reports.sections.deck.ahead import actions, ahead, appendix, plan
from pipeline.reports.sections.deck.service import service, voice
from pipeline.reports.sections.deck.use import adoption, features
from pipeline.reports.sections.qbr.value import amount
from pipeline.reports.wording import counted, day, number, percent, short

NONE = wording.UNKNOWN


def slides(data: Row, company: str, as_of: date) -> Iterator[Slide]:
    """Every slide after the cover; pages that would be empty are left out."""
    yield _summary(data)
    yield _agenda(data)
    yield _value(data)
    yield adoption(data)
    if data["features"]["count"]:
        yield features(data)
    yield service(data)
    if any(data["voice"][part] for part in ("waves", "feedback", "quotes")):
        yield voice(data)
    yield ahead(data)
    yield plan(data, as_of)
    yield actions(data, company)
    yield appendix(data, as_of)


def _summary(data: Row) -> Slide:
    told = data["story"]
    wins = [line for win in told["wins"] for line in ((win["title"], STRONG), (win["text"], PLAIN))]
    concern, ask = told["concern"], told["ask"]
    none_yet = [("The figures of this quarter do not show a win yet.", QUIET)]
    stands_out = [(concern["title"], STRONG), (concern["text"], PLAIN)] if concern else []
    return Slide(
        "Executive summary",
        told["sentence"],
        (tiles_of(told["figures"]),) if told["figures"] else (),
        (Words("Three wins" if len(told["wins"]) == 3 else "What went well", tuple(wins or none_yet)),),
        (
            Words("One concern", tuple(stands_out or [("The figures show none that stands out.", PLAIN)]), "panel"),
            Words("What we ask of you", ((ask["title"], STRONG), (ask["text"], PLAIN)), "accent"),
        ),
        left_share=0.58,
        notes=spoken(data["agenda"], 0),
    )


def _agenda(data: Row) -> Slide:
    starts, rows = 0, []
    for place, (name, minutes, about) in enumerate(data["agenda"], start=1):
        rows.append((str(place), name, about, str(minutes), f"0:{starts:02d}"))
        starts += minutes
    head = ("", "Part", "What it covers", "Minutes", "Starts at")
    table = Grid("", head, tuple(rows), (6, 30, 40, 12, 12), frozenset({3, 4}), frozenset({0, 1}), is_tall=True)
    sixty = "Sixty minutes, most of them on value and on what comes next"
    title = sixty if data["minutes"] == 60 else counted(data["minutes"], "minute")
    return Slide("Today", title, (table,), notes=spoken(data["agenda"], 0))


def _value(data: Row) -> Slide:
    value, ahead = data["value"], data["plan"]
    top: list[Part] = [_goals(value)] if value["goals"] else []
    if not top:
        wanted = "Two or three goals, each with a measure, where it started, where it should go and by when."
        top.append(Words("What would make this page useful", ((wanted, PLAIN),), "panel"))
    if value["year"] and len(value["goals"]) < 3:
        top.append(tiles_of(value["year"]))
    steps = tuple((f"\u2713 {short(step['title'], 60)}", day(step["actual_on"])) for step in value["milestones"][:3])
    coming = len(ahead["milestones"])
    lie_ahead = f"; {counted(coming, 'milestone')} {'lies' if coming == 1 else 'lie'} ahead" if coming else ""
    done: Part = Words(
        "Completed in the last four months", ((f"No milestone was completed in this period{lie_ahead}.", QUIET),)
    )
    if steps:
        done = Grid("Completed in the last four months", (), steps, (72, 28), frozenset({1}), frozenset())
    title = data["story"]["goals"] if value["goals"] else "No goals with figures are agreed yet"
    notes = spoken(data["agenda"], 1)
    return Slide("Value delivered", title, tuple(top), (_worth(value),), (done,), notes=notes)


def _goals(value: Row) -> Grid:
    rows = [
        (
            short(goal["goal"] or goal["metric"] or NONE, 70),
            *(amount(goal[name], goal["unit"]) for name in ("baseline", "target", "actual")),
            percent(goal["progress"]),
            f"{goal['mark']} {goal['status_words']}",
            day(goal["due_on"]),
        )
        for goal in value["goals"][:5]
    ]
    head = ("Goal", "Baseline", "Target", "Actual", "Way done", "Status", "Due")
    more = len(value["goals"]) + value["more"] - len(rows)
    note = f"{more} more goals are in the success plan." if more > 0 else ""
    return Grid(
        "", head, tuple(rows), (32, 11, 11, 11, 10, 14, 11), frozenset({1, 2, 3, 4, 6}), frozenset({0, 3}), note
    )


def _worth(value: Row) -> Words:
    worth, done = value["worth"], value["training"]
    if worth:
        said = f"value recorded for {counted(worth['goals'], 'goal')} reached"
        if worth["per_fee"]:
            fees = wording.exact_money(worth["fees"], worth["currency"])
            said += f", {number(worth['per_fee'], 1)} times the yearly subscription of {fees}"
        return Words(
            "What it is worth", ((wording.exact_money(worth["amount"], worth["currency"]), FIGURE), (said, QUIET))
        )
    if done["assigned"]:
        figure = f"{done['completed']} of {done['assigned']}"
        return Words("Trained people", ((figure, FIGURE), ("assigned courses completed to date", QUIET)))
    return Words("Trained people", (("No course has been assigned yet.", QUIET),))
