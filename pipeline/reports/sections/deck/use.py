"""The slides of a QBR presentation about use: how many, how often, which features, beside whom."""

from pipeline.reports import wording
from pipeline.reports.deck import PLAIN, QUIET, Grid, Part, Plot, Row, Slide, Words, spoken
from pipeline.reports.sections.deck.ahead import feature_name
from pipeline.reports.wording import day, number, percent, short, short_day, word


def adoption(data: Row) -> Slide:
    """How many people, how often, and beside comparable customers."""
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


def features(data: Row) -> Slide:
    """Which features are used, and which of the plan are not."""
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
