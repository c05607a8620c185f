"""Page one of the report card, for an executive: the answer, the figures, four questions and what follows."""

from pipeline.reports import wording
from pipeline.reports.facts import Row
from pipeline.reports.sections.report_card.evidence import earliest
from pipeline.reports.sections.report_card.facts import COIN, Card, between, missing_words, of_hundred, plain
from pipeline.reports.sections.report_card.limits import warnings

ADVICE_MOST = 4


def headline(card: Card) -> str:
    """The answer in one sentence."""
    auc, summary = card.told("auc"), card.summary
    if auc is None:
        needed = card.rules.churn_events_needed
        return f"Too early to judge the scores: {summary['events']} of {needed} churns are on file"
    if summary["verdict"] == "works":
        return f"The health score tells who will leave: it ranks {of_hundred(auc)} pairs right"
    return f"The health score does not tell who will leave: it ranks {of_hundred(auc)} pairs right, like a coin"


def lead(card: Card) -> str:
    """What the headline means, and how much stands behind it."""
    auc, summary = card.told("auc"), card.summary
    if auc is None:
        return (
            f"{missing_words(summary['events_needed'])} before any measure of a score or a chance to leave is printed. "
            "Until then bands are shown with counts, and chances to renew are called assumed."
        )
    return (
        f"Of a customer who left and one who stayed, the one who left had the worse score in {of_hundred(auc)} cases; "
        f"with 95% confidence in {between(auc, 100, 0)}. A coin gives 50. Measured on {summary['events']} churns of "
        f"{summary['accounts']:,} customers, each seen 30 to 180 days before the decision, with what was known then."
    )


def tiles(card: Card) -> list[Row]:
    """The figures of page one; counts alone where measures are withheld."""
    summary = card.summary
    counted = [
        {
            "label": "Churns on file",
            "value": f"{summary['events']}",
            "note": f"of {card.rules.churn_events_needed} needed",
        },
        {"label": "Customers seen", "value": f"{summary['accounts']:,}", "note": "before a decision that is known"},
        {"label": "Snapshots", "value": f"{summary['snapshots']:,}", "note": "of a customer before a decision"},
    ]
    return counted if card.told("auc") is None else _measured_tiles(card)


def _measured_tiles(card: Card) -> list[Row]:
    auc, lift, arr = (card.told(name) for name in ("auc", "lift_10", "arr_captured_20"))
    early, summary = earliest(card), card.summary
    return [
        {
            "label": "Does it work",
            "value": of_hundred(auc),
            "note": f"pairs ranked right, {between(auc, 100, 0)}; a coin 50",
            "tone": "" if summary["verdict"] == "works" else "bad",
        },
        {
            "label": "How early",
            "value": f"{early} days" if early else "not early",
            "note": "before the decision it still beats a coin" if early else "at no lead it beats a coin for sure",
        },
        {
            "label": "Worst tenth",
            "value": plain(lift, 1, 1, "\u00d7"),
            "note": f"the churns of a random tenth, {between(lift, 1, 1)}",
        },
        {
            "label": "ARR lost, worst fifth",
            "value": plain(arr, 100, 0, "%"),
            "note": f"of what was lost, {between(arr, 100, 0, '%')}",
        },
        {
            "label": "How sure",
            "value": wording.counted(summary["events"], "churn"),
            "note": f"{summary['accounts']:,} customers, {summary['snapshots']:,} snapshots",
        },
    ]


def answers(card: Card, data: Row) -> list[Row]:
    """Four questions, each answered in a sentence or two."""
    return [
        {"question": "Does it work?", "lines": _does_it_work(card, data)},
        {"question": "How early?", "lines": _how_early(card, data)},
        {"question": "How sure are we?", "lines": _how_sure(card)},
        {"question": "What do we do?", "lines": what_to_do(card, data)},
    ]


def _does_it_work(card: Card, data: Row) -> list[str]:
    if card.told("auc") is None:
        return ["Not known yet. Counts by band are below; they are no measure."]
    risk = card.told("auc", "churn_points")
    return [*data["bands"][0]["verdicts"], *([_risk_line(risk)] if risk else [])]


def _risk_line(row: Row) -> str:
    ranked = f"Churn points rank {of_hundred(row)} pairs right ({between(row, 100, 0)})"
    return f"{ranked}." if row["low"] > COIN else f"{ranked}: not distinguishable from a coin."


def _how_early(card: Card, data: Row) -> list[str]:
    early = earliest(card)
    told = [f"From {early} days before the decision on it beats a coin."] if early else []
    return [*told, *data["forewarned"]] or ["No churn has been seen from afar yet."]


def _how_sure(card: Card) -> list[str]:
    summary = card.summary
    if card.told("auc") is None:
        return [f"Not at all: {missing_words(summary['events_needed'])}.", *(w["words"] for w in warnings(card))]
    span = f"{wording.month(summary['first_seen_on'])} to {wording.month(summary['last_seen_on'])}"
    return [
        f"{summary['events']} churns, {span}; every interval draws whole customers anew.",
        *(warning["words"] for warning in warnings(card)),
    ]


def what_to_do(card: Card, data: Row) -> list[str]:
    """What follows from the evidence, the most useful first; never more than four lines."""
    lines = [*_use(card, data), *_model_advice(data), *_reason_advice(data), *_win_back_advice(card, data)]
    return lines[:ADVICE_MOST]


def _use(card: Card, data: Row) -> list[str]:
    if card.told("auc") is None:
        return ["Record why and when each customer leaves, and keep loading every week: churns are what is missing."]
    if card.summary["verdict"] != "works":
        return ["Do not steer by this score yet; go by the reasons behind each account, and review the weights below."]
    return [f"Work the worst scores first: {data['capacity']}"] if data["capacity"] else []


def _model_advice(data: Row) -> list[str]:
    apart = data["model"]["disagreements"]
    if not apart["worse"]:
        return []
    return [
        f"Look at {wording.counted(apart['worse'], 'customer')} whom the rules call calm and the model does not, "
        f"{apart['first']['account_name']} first."
    ]


def _reason_advice(data: Row) -> list[str]:
    it = data["reasons"]
    if it["unrecorded"] * 5 > it["lost"] > 0:
        return [f"Ask why: {it['unrecorded']} of {it['lost']} lost contracts of two years carry no reason."]
    return [f"The reason most ARR names is {it['top']}; take it to product and pricing."] if it["top"] else []


def _win_back_advice(card: Card, data: Row) -> list[str]:
    open_ones = data["win_back"]["counts"]["candidate"]
    return [f"{wording.counted(open_ones, 'former customer')} nobody has asked back yet."] if open_ones else []


def capacity(card: Card) -> str | None:
    """What the team's weekly capacity would have caught; None where it is withheld."""
    precision, recall = card.told("capacity_precision"), card.told("capacity_recall")
    share = card.summary["capacity_share"]
    if precision is None or recall is None or not share:
        return None
    count = max(1, round(share * card.view.standing.height))
    return (
        f"the {count} worst of {card.view.standing.height}, as many as the team can work on in a week, held "
        f"{plain(recall, 100, 0, '%')} of the churns ({between(recall, 100, 0, '%')}); "
        f"{plain(precision, 100, 0, '%')} of them left ({between(precision, 100, 0, '%')})."
    )
