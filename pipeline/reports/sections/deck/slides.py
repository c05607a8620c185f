"""What stands on each slide of a QBR presentation, in the order of the pack's pages."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from pipeline.reports import wording
from pipeline.reports.deck import FIGURE, PLAIN, QUIET, STRONG, Grid, Part, Plot, Row, Slide, Tiles, Words, spoken
from pipeline.reports.sections.deck.ahead import actions, ahead, appendix, feature_name, plan
from pipeline.reports.sections.qbr.value import amount
from pipeline.reports.wording import counted, day, duration, number, percent, short, short_day, word

NONE = wording.UNKNOWN


def slides(data: Row, company: str, as_of: date) -> Iterator[Slide]:
    """Every slide after the cover; pages that would be empty are left out."""
    yield _summary(data)
    yield _agenda(data)
    yield _value(data)
    yield _adoption(data)
    if data["features"]["count"]:
        yield _features(data)
    yield _service(data)
    if any(data["voice"][part] for part in ("waves", "feedback", "quotes")):
        yield _voice(data)
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
        (_tiles(told["figures"]),) if told["figures"] else (),
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
        top.append(_tiles(value["year"]))
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


def _adoption(data: Row) -> Slide:
    use, notes = data["adoption"], spoken(data["agenda"], 1)
    if use["active"] is None:
        empty = Words("", (("There are no usage figures for this account.", QUIET),), "panel")
        return Slide("Adoption and use", "No use is on file yet", (empty,), notes=notes)
    change = f", {wording.moved(use['active_change'])} on a quarter ago" if use["active_change"] is not None else ""
    title = f"{number(use['active'])} people on the busiest day of a typical week{change}"
    caption = "People active on each week's busiest day, last 12 months"
    points = use["points"]
    left: tuple[Part, ...] = (
        Plot(
            caption,
            "line",
            "People active",
            (),
            tuple(count for _, count in points),
            f"Line chart of people active on each week's busiest day, ending at {number(points[-1][1])}",
            tuple(on for on, _ in points),
        ),
    )
    right: tuple[Part, ...] = (_use_facts(use),)
    bottom = (_peers(use["peers"]),) if use["peers"] else ()
    return Slide("Adoption and use", title, (), left, right, bottom, 0.6, notes)


def _use_facts(use: Row) -> Grid:
    seats = f"{number(use['active'])} of {number(use['seats'])} ({percent(use['seats_pct'])})"
    rows = [("Seats in use on that day", seats) if use["seats"] else ("Seats", "not on file")]
    rows.append(("Days in use, last 30", number(use["login_days"])))
    if use["events_change"] is not None:
        rows.append(("Activity against the 30 days before", f"{wording.change(use['events_change'])}%"))
    if use["training"]["assigned"]:
        rows.append(("Courses completed", f"{use['training']['completed']} of {use['training']['assigned']}"))
    note = f"Usage figures reach to {day(use['until'])}." if use["until"] else ""
    return Grid("", (), tuple(rows), (58, 42), frozenset({1}), frozenset({1}), note)


def _peers(peers: Row) -> Grid:
    kind = "smaller" if peers["segment"] == "SMB" else peers["segment"].lower()
    rows = tuple((row["label"], row["own"], row["median"], row["quartile"].capitalize()) for row in peers["rows"])
    head = ("Measure", "You", "Median", "Where you stand")
    return Grid(
        f"Beside {peers['count']} {kind} customers", head, rows, (46, 14, 16, 24), frozenset({1, 2}), frozenset({1})
    )


def _features(data: Row) -> Slide:
    plan = data["features"]
    used = tuple(
        (feature_name(row), number(row["used_day_count_90d"]), short_day(row["last_used_on"]))
        for row in plan["used"][:9]
    )
    unused = tuple((f"\u25cb {feature_name(row)}", short(word(row["area"]), 34)) for row in plan["unused"])
    more = plan["unused_count"] - len(plan["unused"])
    right: list[Part] = [
        Grid(
            "In your plan, not used in 90 days",
            ("Feature", "Area"),
            unused,
            (60, 40),
            note=f"And {more} more." * (more > 0),
        )
        if unused
        else Words("In your plan, not used in 90 days", (("None: everything in your plan is at work.", PLAIN),))
    ]
    if plan["helped"]:
        said = [
            f"{feature_name(row)}: used by {percent(row['share_pct'])} of {row['have']}" for row in plan["helped"][:3]
        ]
        right.append(Words("What comparable customers do with them", tuple((text, PLAIN) for text in said), "panel"))
    left: Part = Grid("In use, by days", ("Feature", "Days", "Last used"), used, (60, 18, 22), frozenset({1, 2}))
    if not used:
        left = Words("In use, by days", (("No feature was used in 90 days.", QUIET),))
    title = f"{plan['used_count']} of {plan['count']} features of your plan were used in the last 90 days"
    return Slide("Adoption and use", title, (), (left,), tuple(right), (), 0.58, spoken(data["agenda"], 1))


def _service(data: Row) -> Slide:
    service = data["service"]
    if not service["is_known"]:
        empty_feed = Words("", (("There are no figures of support for this account.", QUIET),), "panel")
        return Slide("Service", "No ticket is on file", (empty_feed,), notes=spoken(data["agenda"], 2))
    title = "No ticket in twelve months"
    if service["year"]:
        waiting = f"{service['open_count']} open" if service["open_count"] else "none open"
        made, before = counted(service["created"], "ticket"), service["created_before"]
        title = f"{made} in the last 90 days, {before} in the 90 before; {waiting}"
    kinds = ", ".join(f"{word(row['category']).lower()} {row['count']}" for row in service["categories"])
    empty = Words("Tickets you opened by month", (("No ticket in twelve months.", QUIET),))
    left: list[Part] = [_tickets(service) if service["plot"] else empty]
    if kinds:
        left.append(Words("", ((f"Last 90 days by kind: {kinds}.", QUIET),)))
    right = [_promises(service["promises"])] if service["promises"] else []
    notes = spoken(
        data["agenda"], 2, "Times are calendar time from your message to our first answer and to the solution."
    )
    top = (_service_tiles(service),)
    return Slide("Service", title, top, tuple(left), (*right, _open_issues(service)), (), 0.48, notes)


def _service_tiles(service: Row) -> Tiles:
    def before(name: str) -> str:
        known = service[f"{name}_before"]
        return f"{duration(known)} in the 90 days before" if known is not None else "no earlier figure"

    rating = f"{number(service['csat'], 1)} of 5" if service["csat"] is not None else NONE
    return Tiles(
        (
            ("First response, median", duration(service["response"]), before("response")),
            ("Resolution, median", duration(service["resolution"]), before("resolution")),
            ("Your rating", rating, f"{counted(service['csat_answers'], 'rating')} in {service['csat_over']}"),
            (
                "Open now",
                number(service["open_count"]),
                "with status below" if service["open_count"] else "nothing is waiting",
            ),
        )
    )


def _tickets(service: Row) -> Plot:
    labels, values = zip(*service["bars"], strict=True)
    said = "Bar chart of tickets opened by month"
    return Plot("Tickets you opened by month", "bar", "Tickets", tuple(labels), tuple(values), said)


def _promises(promises: Row) -> Grid:
    clocks = {"response": "First answer in time", "resolution": "Solution in time"}
    rows = tuple(
        (clocks[row["clock"]], number(row["clocks"]), number(row["met"]), percent(row["pct"], 1))
        for row in promises["rows"]
    )
    title = f"What we promised, {wording.month(promises['from'])} to {wording.month(promises['until'])}"
    target = promises["target"]
    note = f"In the support hours of your agreement; our target is {target:g}%." if target else ""
    return Grid(
        title, ("Promise", "Due", "Kept", "Share"), rows, (46, 18, 18, 18), frozenset({1, 2, 3}), frozenset(), note
    )


def _open_issues(service: Row) -> Part:
    if not service["open"]:
        return Words("Open issues", (("None. Everything you raised is solved.", PLAIN),))
    shown = service["open"][: 3 if service["promises"] else 5]
    rows = tuple(
        (short(row["subject"] or NONE, 44), word(row["priority"]), counted(row["age_days"], "day"), row["state"])
        for row in shown
    )
    more = service["open_count"] - len(shown)
    head = ("Subject", "Level", "Open", "Status")
    return Grid(
        "Open issues", head, rows, (44, 12, 18, 26), frozenset({2}), frozenset(), f"And {more} more." * (more > 0)
    )


def _voice(data: Row) -> Slide:
    voice, who = data["voice"], data["account"]["account_name"]
    title = "What you told us, and what became of it"
    if voice["feedback_count"]:
        pieces = counted(voice["feedback_count"], "piece of feedback", "pieces of feedback")
        title = f"{pieces} in a year: {len(voice['shipped'])} delivered, {voice['decided']} decided"
    quotes = tuple(
        line
        for quote in voice["quotes"][:2]
        for line in (
            (f"\u201c{short(quote['comment'], 170)}\u201d", PLAIN),
            (f"{quote['wave']}, quoted with consent", QUIET),
        )
    )
    left = [_waves(voice, who), *([Words("", quotes)] if quotes else [])]
    rows = tuple(
        (short_day(row["received_on"]), short(row["said"], 80), row["outcome"]) for row in voice["feedback"][:6]
    )
    more = voice["feedback_count"] - len(rows)
    note = f"And {more} more in the last twelve months." * (more > 0)
    told: Part = Grid(
        "Feedback and its outcome",
        ("Received", "What you said", "What became of it"),
        rows,
        (15, 50, 35),
        strong=frozenset(),
        note=note,
    )
    if not rows:
        told = Words("Feedback and its outcome", (("No feedback is on file for the last twelve months.", QUIET),))
    return Slide("Your voice", title, (), tuple(left), (told,), (), 0.4, spoken(data["agenda"], 2))


def _waves(voice: Row, who: str) -> Part:
    if not voice["waves"]:
        return Words("Would you recommend us?", (("Nobody has answered the survey yet.", QUIET),))
    rows = tuple(
        (row["wave"], *(number(row[name]) for name in ("promoters", "passives", "detractors")))
        for row in voice["waves"]
    )
    newest = voice["waves"][0]
    asked = (
        f"; {newest['answers']} of {newest['invited']} invited answered in {newest['wave']}"
        if newest["invited"]
        else ""
    )
    note = f"Answers by people at {short(who, 60)}{asked}. Counts, not a score: so few answers make no percentage."
    head = ("Survey", "Yes, 9-10", "7-8", "0-6")
    return Grid("Would you recommend us?", head, rows, (31, 23, 23, 23), frozenset({1, 2, 3}), frozenset(), note)


def _tiles(items: Any) -> Tiles:
    return Tiles(tuple((tile["label"], tile["value"], tile["note"]) for tile in items))
