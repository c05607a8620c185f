"""What the report card cannot say: inputs left out, things to beware of, limits, and how it was measured."""

from collections.abc import Callable

from pipeline.reports import wording
from pipeline.reports.facts import Row
from pipeline.reports.sections.report_card.facts import Card, filtered

JUDGED = {"health": "health score", "churn_risk": "churn points", "model": "model"}


def left_out(card: Card) -> list[Row]:
    """The inputs left out because only today's attributes could fill them; the factors by seats are one row."""
    rows = [_input(card, row) for row in filtered(card.view.scores.proof.backtest_left_out)]
    return list({(row["judged"], row["name"]): row for row in rows}.values())


def _input(card: Card, row: Row) -> Row:
    metrics = card.rules.metrics
    names: dict[str, Callable[[str], str]] = {
        "health": card.view.part_word,
        "churn_risk": lambda _: "Share of seats used daily",
        "model": lambda name: metrics[name].label if name in metrics else name,
    }
    return {
        "judged": JUDGED[row["method"]],
        "name": names[row["method"]](row["input"]),
        "weight": f"{row['weight_pct']:.1f} of 100" if row["weight_pct"] is not None else None,
        "snapshots": row["snapshots"],
        "of_snapshots": row["of_snapshots"],
    }


def warnings(card: Card) -> list[Row]:
    """What to beware of, in sentences."""
    return [{**row, "words": _warning(card, row)} for row in filtered(card.view.scores.proof.backtest_warnings)]


def _warning(card: Card, row: Row) -> str:
    if row["kind"] == "leakage":
        metrics = card.rules.metrics
        name = metrics[row["subject"]].label if row["subject"] in metrics else row["subject"]
        return (
            f"Too good to be true: {name} alone ranks {100 * row['value']:.0f} of 100 pairs right. It may know the "
            "future; check when it is recorded before anything here is believed."
        )
    return (
        f"The history is not yet the company's own: {100 * row['value']:.0f} of 100 points of the score's weight rest "
        "on attributes known only since the first load, and were left out."
    )


def limits(card: Card) -> list[str]:
    """What the number of events allows and does not allow, and what no number here can say."""
    summary, rules = card.summary, card.rules
    allowed = (
        f"With {summary['events']} churns measures are stated where a part holds {rules.cell_events_needed}; a segment "
        "or lead with fewer says how many are missing."
        if not card.is_thin
        else f"With {summary['events']} churns nothing may be concluded: a few accounts either way would turn it."
    )
    return [
        allowed,
        "An interval speaks of these customers in these years. A new product, price or market is another book.",
        "Who was saved counts as kept. A score that made the team act looks worse than it was.",
        "Weeks with a feed missing, open decisions, and who had already signed or given notice are not in it.",
        "The model stands beside the rules and changes nothing by itself; nor do the suggested weights.",
    ]


def method_words(card: Card) -> str:
    """How it was measured, in a paragraph."""
    rules = card.rules
    leads = wording.listed([str(lead) for lead in rules.lead_days])
    told = (
        f"Each customer with a decision deadline is looked at {leads} days before it, with the scores of the last "
        "complete week by then and nothing that was known later. What learns (the model, the best metric) is fitted on "
        f"decisions known before a cut and judged on weeks after it, with {rules.splits.gap_days} days between; a "
        "customer is never on both sides."
    )
    return told if card.is_thin else f"{told} Intervals are 95%, from {rules.bootstrap.draws} draws of whole customers."
