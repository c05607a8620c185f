"""The executive summary: up to three wins, one concern and one ask, each a sentence that the data made true."""

from collections.abc import Iterator

from pipeline.reports import wording
from pipeline.reports.facts import Row, View
from pipeline.reports.sections.qbr.value import amount

Claim = tuple[float, str, str]


def story(view: View, row: Row, data: Row) -> Row:
    """Wins and the concern by how much they weigh, what we ask for, and the four figures of the summary."""
    wins = sorted(_wins(view, data), key=lambda claim: (-claim[0], claim[1]))
    concerns = sorted(_concerns(data), key=lambda claim: (-claim[0], claim[1]))
    return {
        "wins": [{"title": title, "text": text} for _, title, text in wins[:3]],
        "concern": {"title": concerns[0][1], "text": concerns[0][2]} if concerns else None,
        "ask": _ask(data, concerns[0][1] if concerns else ""),
        "figures": _figures(data),
        "sentence": _sentence(data),
        "goals": goals_in_words(data["value"]),
    }


def _wins(view: View, data: Row) -> Iterator[Claim]:
    yield from _goal_wins(data)
    yield from _use_wins(data)
    yield from _service_wins(data)
    yield from _delivery_wins(view, data)


def _goal_wins(data: Row) -> Iterator[Claim]:
    for goal in data["value"]["goals"]:
        name = goal["goal"] or goal["metric"]
        if goal["status"] == "achieved" and name:
            yield 10, f"Reached: {name}", _goal_text(goal)
        elif goal["status"] == "on_track" and name and (goal["progress"] or 0) >= 50:
            yield (
                6 + goal["progress"] / 100,
                f"On the way: {name}",
                f"{_goal_text(goal)} {goal['progress']:.0f}% of the way is done.",
            )


def _goal_text(goal: Row) -> str:
    unit = None if (goal["unit"] or "").lower() in (goal["metric"] or "").lower() else goal["unit"]
    figures = [amount(goal[name], unit) for name in ("baseline", "target", "actual")]
    if goal["actual"] is None:
        return f"Marked {goal['status_words'].lower()}; no figure is recorded yet."
    measure = _sentence_case(goal["metric"] or "it")
    if goal["baseline"] is None or goal["target"] is None:
        return f"{measure} stands at {figures[2]}."
    return f"{measure} went from {figures[0]} to {figures[2]}, against a target of {figures[1]}."


def _sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:]


def _use_wins(data: Row) -> Iterator[Claim]:
    use, plan = data["adoption"], data["features"]
    if (use["active_change"] or 0) >= 5:
        text = _people_then_and_now(use)
        yield 8 + min(2, use["active_change"] / 50), f"Use is up {use['active_change']:.0f}%", text
    elif (use["seats_pct"] or 0) >= 70:
        text = _seats_in_use(use)
        yield 5.5, f"{wording.percent(use['seats_pct'])} of seats in use", text
    if (plan["pct"] or 0) >= 75 and plan["count"] >= 3:
        yield (
            5,
            "Most of the plan at work",
            f"{plan['used_count']} of {plan['count']} features of your plan were used in the last 90 days.",
        )
    if (use["training"]["pct"] or 0) >= 90:
        done = use["training"]
        yield (
            4.5,
            "People are trained",
            f"{done['completed']} of {wording.counted(done['assigned'], 'assigned course')} completed.",
        )
    if (use["login_days"] or 0) >= 20:
        yield 3, "Part of the working day", f"In use on {use['login_days']} of the last 30 days."


def _people_then_and_now(use: Row) -> str:
    now, before = wording.number(use["active"]), wording.number(use["active_before"])
    return f"{now} people on the busiest day of a typical week, {before} a quarter ago."


def _seats_in_use(use: Row) -> str:
    return f"{wording.number(use['active'])} of {use['seats']:,} seats are active on the busiest day of a typical week."


def _rating(service: Row) -> str:
    tickets = wording.counted(service["csat_answers"], "ticket")
    return f"You rated {tickets} {wording.number(service['csat'], 1)} of 5 on average in {service['csat_over']}."


def _service_wins(data: Row) -> Iterator[Claim]:
    service = data["service"]
    if service["csat"] is not None and service["csat_answers"] >= 3 and service["csat"] >= 4.2:
        text = _rating(service)
        yield 6.5, "Support you rate well", text
    now, before = service["resolution"], service["resolution_before"]
    if now and before and now <= before * 0.85 and service["created"] >= 3:
        text = f"{wording.duration(now)} to solve a ticket in 90 days, {wording.duration(before)} before (medians)."
        yield 5.2, "Faster resolution", text
    if service["created_before"] >= 4 and service["created"] <= service["created_before"] * 0.7:
        text = (
            f"{wording.counted(service['created'], 'ticket')} in 90 days, {service['created_before']} in the 90 before."
        )
        yield 5.1, "Fewer reasons to call", text


def _delivery_wins(view: View, data: Row) -> Iterator[Claim]:
    milestones = data["value"]["milestones"]
    if milestones:
        newest = milestones[0]
        more = f" {len(milestones) - 1} more in the last four months." if len(milestones) > 1 else ""
        yield 5.8, f"Done: {newest['title']}", f"Completed on {wording.day(newest['actual_on'])}.{more}"
    shipped = [item for item in data["voice"]["shipped"] if item["shipped_on"] > view.back(180)]
    if shipped:
        said = shipped[0]["theme"] or shipped[0]["text"]
        if said:
            yield 6.2, "You asked, we delivered", f"{said}: delivered on {wording.day(shipped[0]['shipped_on'])}."


def _concerns(data: Row) -> Iterator[Claim]:
    service, use, plan = data["service"], data["adoption"], data["features"]
    urgent = [ticket for ticket in service["open"] if ticket["priority"] in ("p0", "p1")]
    if urgent:
        subject, age = urgent[0]["subject"] or "A ticket", wording.counted(urgent[0]["age_days"], "day")
        text = f"\u201c{subject}\u201d has been open for {age}."
        yield 10, "An urgent issue is still open", text
    for goal in data["value"]["goals"]:
        name = goal["goal"] or goal["metric"]
        if goal["status"] in ("at_risk", "missed") and name:
            yield 8, f"{'Not reached' if goal['status'] == 'missed' else 'Needs attention'}: {name}", _goal_text(goal)
    if use["active_change"] is not None and use["active_change"] <= -10:
        text = _people_then_and_now(use)
        yield 7 + min(2, -use["active_change"] / 50), f"Use is down {-use['active_change']:.0f}%", text
    if use["has_spare_seats"]:
        text = _seats_in_use(use)
        yield 6, f"{wording.percent(use['seats_pct'])} of seats in use", text
    if service["csat"] is not None and service["csat_answers"] >= 3 and service["csat"] < 3.5:
        text = _rating(service)
        yield 6.5, "Support has not been good enough", text
    if use["training"]["pct"] is not None and use["training"]["pct"] < 50:
        done = use["training"]
        yield (
            5,
            "Training is unfinished",
            f"{done['completed']} of {wording.counted(done['assigned'], 'assigned course')} completed.",
        )
    if plan["pct"] is not None and plan["pct"] < 50:
        yield (
            4,
            "Much of the plan is unused",
            f"{plan['used_count']} of {plan['count']} features were used in the last 90 days.",
        )
    for measure in (use["peers"] or {"rows": []})["rows"]:
        if measure["place"] < 25:
            others = f"a median of {measure['median']} for {use['peers']['count']} comparable customers"
            text = f"{measure['label']}: {measure['own']}, against {others}."
            yield 2 + (25 - measure["place"]) / 100, "Behind comparable customers", text
    if use["active_change"] is not None and -10 < use["active_change"] <= -3:
        text = _people_then_and_now(use)
        yield 2.5, f"Use is slightly down, by {-use['active_change']:.0f}%", text
    if service["open_count"] >= 3:
        oldest = max(ticket["age_days"] for ticket in service["open"])
        yield (
            3,
            f"{service['open_count']} tickets are open",
            f"The oldest shown has waited {wording.counted(oldest, 'day')}.",
        )


def _ask(data: Row, concern: str) -> Row:
    """One thing we need from the customer: their earliest action, else what concern or advice call for."""
    theirs = data["actions"]["theirs"]
    if theirs:
        task = theirs[0]
        who = f"{task['owner']}: " if task["owner"] else ""
        when = f", by {wording.day(task['due_on'])}" if task["due_on"] else ""
        return {
            "title": f"{who}{task['title']}{when}",
            "text": "The earliest open action on your side; it is on the list at the end.",
        }
    if concern.startswith(("Use is", "Training")) or "of seats in use" in concern:
        return {
            "title": "Name one person per team to lead adoption",
            "text": "We bring the material and the figures; they bring the people.",
        }
    advice = data["recommendations"]["rows"]
    if advice:
        return {"title": advice[0]["title"], "text": f"{advice[0]['why']} {advice[0]['effort']}."}
    if not data["value"]["goals"]:
        return {
            "title": "Agree two or three goals with a figure and a date",
            "text": "Then the next review can show what the product brought.",
        }
    return {
        "title": "Confirm the goals of the next quarter",
        "text": "The plan on the following pages is a proposal until you do.",
    }


def _figures(data: Row) -> list[Row]:
    use, service, value, plan = data["adoption"], data["service"], data["value"], data["features"]
    figures = []
    if use["active"] is not None:
        note = (
            f"{wording.change(use['active_change'])}% on a quarter ago"
            if use["active_change"] is not None
            else "on a typical week's busiest day"
        )
        figures.append({"label": "Active people", "value": wording.number(use["active"]), "note": note})
    if value["goals"]:
        figures.append(_goal_figure(value))
    if plan["count"]:
        figures.append(
            {
                "label": "Features in use",
                "value": f"{plan['used_count']} of {plan['count']}",
                "note": "in the last 90 days",
            }
        )
    if service["is_known"]:
        figures.append(
            {
                "label": "Tickets in 90 days",
                "value": wording.number(service["created"]),
                "note": f"{service['created_before']} in the 90 before",
            }
        )
    if service["csat"] is not None:
        figures.append(
            {
                "label": "Your rating of support",
                "value": f"{wording.number(service['csat'], 1)} of 5",
                "note": f"{wording.counted(service['csat_answers'], 'rating')} in {service['csat_over']}",
            }
        )
    return figures[:4]


def goals_in_words(value: Row) -> str:
    """`2 of 3 goals reached`, or how many are on track while none is."""
    goals = wording.counted(len(value["goals"]) + value["more"], "goal")
    return (
        f"{value['achieved']} of {goals} reached" if value["achieved"] else f"{value['on_track']} of {goals} on track"
    )


def _goal_figure(value: Row) -> Row:
    count = len(value["goals"]) + value["more"]
    if value["achieved"]:
        return {
            "label": "Goals reached",
            "value": f"{value['achieved']} of {count}",
            "note": f"{value['on_track']} more on track",
        }
    return {"label": "Goals on track", "value": f"{value['on_track']} of {count}", "note": "none reached yet"}


def _sentence(data: Row) -> str:
    value, use = data["value"], data["adoption"]
    parts = []
    if value["goals"]:
        parts.append(goals_in_words(value))
    if use["active_change"] is not None:
        parts.append(f"use {wording.moved(use['active_change'])} on a quarter ago")
    elif use["active"] is not None:
        parts.append(f"{wording.number(use['active'])} people active on a typical week's busiest day")
    if data["service"]["open_count"]:
        parts.append(f"{wording.counted(data['service']['open_count'], 'ticket')} open")
    text = wording.listed(parts)
    return (
        (text[0].upper() + text[1:] + ".")
        if text
        else "This review sets the starting point: goals, people and first figures."
    )
