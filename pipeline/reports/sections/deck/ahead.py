"""The second half of a QBR presentation: recommendations, the next quarter, actions, what the figures mean."""

from datetime import date

from pipeline.reports import wording
from pipeline.reports.deck import PLAIN, QUIET, STRONG, Grid, Line, Part, Row, Slide, Words, spoken
from pipeline.reports.sections.qbr.value import amount
from pipeline.reports.wording import counted, day, near_day, percent, short, short_day, word

NONE = wording.UNKNOWN


def feature_name(row: Row) -> str:
    """A feature as it is called in print, cut to a cell."""
    return short(row["feature_name"] or word(row["feature"]), 34)


def ahead(data: Row) -> Slide:
    """What we recommend, what became of requests, what comparable customers use."""
    advice = data["recommendations"]
    rows = advice["rows"]
    title = "What is coming, and what we should look at together"
    if rows:
        planned = f", {counted(len(advice['planned']), 'request')} of yours on the roadmap" if advice["planned"] else ""
        title = f"{counted(len(rows), 'recommendation')} from your figures{planned}"
    said: list[Line] = []
    for row in rows[:3]:
        said += [(row["title"], STRONG), (row["why"], PLAIN), (f"Takes: {row['effort']}", QUIET)]
    right: list[Part] = [_requests(advice)]
    if data["practice"]:
        right.append(_practice(data["practice"], 6 - len(advice["shipped"][:2] + advice["planned"][:2])))
    known = data["adoption"]["active"] is not None
    calm = [
        ("The figures call for no change." if known else "There is nothing to recommend from yet.", STRONG),
        ("Let us use the time for what you plan next.", PLAIN),
    ]
    left = (Words("What we recommend", tuple(said or calm)),)
    return Slide("Looking ahead", title, (), left, tuple(right), notes=spoken(data["agenda"], 3))


def _requests(advice: Row) -> Words:
    def when(item: Row) -> str:
        if item["shipped_on"]:
            return f"delivered on {day(item['shipped_on'])}"
        return "on the roadmap" + (f" since {day(item['decided_on'])}" if item["decided_on"] else "")

    lines: list[Line] = []
    for item in advice["shipped"][:2] + advice["planned"][:2]:
        mark = "\u2713" if item["shipped_on"] else "\u2192"
        lines += [(f"{mark} {short(item['theme'] or item['text'] or NONE, 80)}", PLAIN), (when(item), QUIET)]
    none: list[Line] = [("None of your requests is on the roadmap at the moment.", QUIET)]
    return Words("From your requests to the roadmap", tuple(lines or none))


def _practice(practice: Row, most: int) -> Grid:
    kind = "smaller" if practice["segment"] == "SMB" else practice["segment"].lower()
    rows = tuple(
        (feature_name(row), f"{percent(row['pct'])} of {row['have']}", row["own"]) for row in practice["rows"][:most]
    )
    head = ("Feature", "Of those who have it", "You")
    return Grid(f"What {kind} customers use most", head, rows, (40, 30, 30), frozenset({1}), frozenset())


def plan(data: Row, as_of: date) -> Slide:
    """Goals, milestones and the months of the next quarter."""
    ahead, following = data["plan"], data["following"]
    goals = tuple(
        (
            f"{goal['mark']} {short(goal['goal'] or goal['metric'] or NONE, 50)}",
            amount(goal["actual"], goal["unit"]),
            amount(goal["target"], goal["unit"]),
            near_day(goal["due_on"], as_of),
        )
        for goal in ahead["goals"]
    )
    steps = tuple(
        (near_day(step["planned_on"], as_of), short(step["title"], 44), short(step["customer_actions"] or NONE, 44))
        for step in ahead["milestones"][:5]
    )
    left: Part = Grid(
        "Goals to work on", ("Goal", "Now", "Target", "By"), goals, (46, 18, 18, 18), frozenset({1, 2, 3})
    )
    right: Part = Grid(
        "Milestones", ("Planned", "Milestone", "What we need from you"), steps, (18, 44, 38), strong=frozenset({1})
    )
    if not goals:
        left = Words(
            "Goals to work on",
            (("No goal is open: one business figure of yours that the product should move.", PLAIN),),
            "panel",
        )
    if not steps:
        right = Words("Milestones", (("No milestone is planned.", PLAIN),))
    months = tuple(wording.month(month["month_on"]) for month in ahead["months"])
    cells = [
        "\n".join(f"{short_day(on)} {kind} {short(text, 40)}" for on, kind, text in month["entries"][:4])
        or "Nothing planned yet"
        for month in ahead["months"]
    ]
    glance = Grid("The quarter at a glance", months, (tuple(cells),), (34, 33, 33), strong=frozenset())
    title, notes = f"{following.label}: {following.months}", spoken(data["agenda"], 4)
    return Slide("Plan for the next quarter", title, (), (left,), (right,), (glance,), notes=notes)


def actions(data: Row, company: str) -> Slide:
    """Who does what by when, with room to write."""
    doing, who = data["actions"], data["account"]["account_name"]
    rows = [
        (
            short(row["title"], 90),
            short(row["owner"] or "to be named", 34),
            short(who if row["side"] == "customer" else company, 40),
            day(row["due_on"]),
        )
        for row in doing["rows"][:8]
    ]
    title = "To be agreed today: who does what by when"
    if doing["count"]:
        unowned = f", {doing['unowned']} without an owner yet" if doing["unowned"] else ", each with an owner"
        title = counted(doing["count"], "open action") + unowned
    else:
        rows = [(data["story"]["ask"]["title"], "to be named", short(who, 40), "to be agreed")]
    rows += [("", "", "", "")] * max(0, 5 - len(rows))
    more = doing["count"] - 8
    table = Grid(
        "",
        ("Action", "Owner", "Side", "Due"),
        tuple(rows),
        (44, 24, 16, 16),
        frozenset({3}),
        note=f"{more} more in the shared plan." * (more > 0),
        is_tall=len(rows) < 6,
    )
    next_one = f"In {data['following'].label}, a quarter from today. Which day suits you, and who should be there?"
    left = (Words("Next review", ((next_one, PLAIN),)),)
    right = (Words("How was this review?", (("One to five, and one sentence.", PLAIN),)),)
    return Slide("Actions", title, (table,), left, right, notes=spoken(data["agenda"], 5))


def appendix(data: Row, as_of: date) -> Slide:
    """What the figures mean."""
    quarter = data["quarter"]
    terms = (
        (
            "Active people",
            "The number of different people who used the product on the busiest day of a week; a "
            "\u201ctypical week\u201d is the mean of the last four.",
        ),
        ("Seats", "The seats of your agreement."),
        ("Feature in use", "A feature of your plan that was used on at least one of the last 90 days."),
        (
            "Comparable customers",
            "At least five customers of your segment. The median is the middle one; nobody else's figures are shown.",
        ),
        (
            "First response, resolution",
            "Calendar time from your message to our first answer, and to the solution; the median is the middle one.",
        ),
        ("Your rating", "The mean of the ratings from 1 to 5 that your people gave to solved tickets."),
        (
            "Quarter",
            f"{quarter.label} runs from {day(quarter.starts_on)} to {day(quarter.ends_on)}. "
            f"Figures \u201cin the last 90 days\u201d end on {day(as_of)}.",
        ),
        ("A dash", "Not known. An unknown figure is never shown as zero."),
    )
    halves = [
        tuple(line for name, text in half for line in ((name, STRONG), (text, QUIET)))
        for half in (terms[:4], terms[4:])
    ]
    left, right = (Words("", lines) for lines in halves)
    return Slide("Appendix", "What the figures mean and how far they reach", (), (left,), (right,))
