"""The slides of a QBR presentation about what we owe: tickets and promises, and what the customer said."""

from pipeline.reports import wording
from pipeline.reports.deck import PLAIN, QUIET, Grid, Part, Plot, Row, Slide, Tiles, Words, spoken
from pipeline.reports.wording import counted, duration, number, percent, short, short_day, word

NONE = wording.UNKNOWN


def service(data: Row) -> Slide:
    """Tickets, what was promised about them, and what is open."""
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


def voice(data: Row) -> Slide:
    """What the customer said, and what became of it."""
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
