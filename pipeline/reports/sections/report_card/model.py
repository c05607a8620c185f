"""The model's part of the report card: is it right, where does it disagree with the rules, what would history weigh,
has the book drifted. All of it is empty where the churns are too few.
"""

import polars as pl

from pipeline.charts import CHARTS, Chart
from pipeline.reports import wording
from pipeline.reports.facts import Row, View, named
from pipeline.reports.sections.report_card.facts import Card, between, filtered, missing_words, plain, point

MOST = 10
LIKELIEST = 8
SUGGESTIONS = {
    "more": "more than the policy gives it",
    "less": "less than the policy gives it",
    "against": "history points the other way",
    "as_it_is": "leave it",
}
DRIFT_WORDS = {"act": "act: fit anew, ask why", "look": "look", "stable": "stable"}


def model(card: Card) -> Row:
    """Everything of the model's pages."""
    return {
        "is_there": card.has_model,
        "needed": missing_words(card.summary["model_events_needed"]),
        "beside": beside(card) if card.has_model else None,
        "chart": reliability_chart(card),
        "calibration": calibration(card),
        "disagreements": disagreements(card),
        "likeliest": likeliest(card),
        "weights": weights(card),
        "drift": drift(card),
    }


def beside(card: Card) -> str:
    """How the model ranks beside the health score, on the same rows."""
    ours, rule = card.told("auc", "model", "same"), card.told("auc", "health_score", "same")
    if ours is None or rule is None:
        return "The model could not be compared with the health score."
    numbers = f"{100 * ours['value']:.0f} of 100 pairs against {100 * rule['value']:.0f}"
    if ours["low"] > rule["value"]:
        return f"On the same {ours['n']:,} snapshots the model ranks better than the health score: {numbers}."
    if ours["high"] < rule["value"]:
        return f"On the same {ours['n']:,} snapshots the model ranks worse than the health score: {numbers}."
    return f"On the same {ours['n']:,} snapshots model and health score cannot be told apart: {numbers}."


def calibration(card: Card) -> list[Row]:
    """Brier score against that of the constant, and calibration error, each with its interval."""
    names = {
        "brier": "Brier score",
        "brier_constant": "Brier score of the base rate alone",
        "calibration_error": "Calibration error",
    }
    told = {name: card.told(name, "model", "same") for name in names}
    return [
        {"name": title, "value": plain(told[name], digits=3), "interval": between(told[name], digits=3)}
        for name, title in names.items()
        if told[name] is not None
    ]


def reliability_chart(card: Card) -> Chart:
    """What the model said against what happened."""
    rows = [_bin(row) for row in filtered(card.view.scores.proof.backtest_reliability)] if card.has_model else []
    title = "What the model said against what happened"
    spec = CHARTS["reliability_of"](rows) if rows else {}
    table = tuple((row["name"], row["said"], row["interval"], f"{row['n']}") for row in rows)
    return Chart(
        "proof-reliability",
        title,
        f"{title}. Dots on the dashed diagonal would be exactly right.",
        spec,
        ("Said", "Happened", "95% interval", "Snapshots"),
        table,
    )


def _bin(row: Row) -> Row:
    said = f"{100 * row['happened']:.0f}%"
    name = f"{100 * row['said']:.0f}%"
    return {**point(name, {**row, "value": row["happened"]}, said, 100, 0, ""), "said_pct": round(100 * row["said"], 4)}


def disagreements(card: Card) -> Row:
    """The accounts about which model and rules disagree, the largest ARR first."""
    frame = card.view.scores.proof.model_accounts
    found = frame.filter(pl.col("disagreement").is_not_null()) if frame.height else frame
    rows = [_with_words(card.view, row) for row in found.to_dicts()]
    worse = [row for row in rows if row["disagreement"] == "model_worse"]
    return {
        "rows": rows[:MOST],
        "count": len(rows),
        "worse": len(worse),
        "worse_arr": sum(row["arr"] or 0 for row in worse),
        "first": worse[0] if worse else None,
    }


def likeliest(card: Card) -> list[Row]:
    """The accounts that the model gives the highest chance to leave, of equals the larger first."""
    frame = card.view.scores.proof.model_accounts
    if not frame.height:
        return []
    worst = frame.sort("probability", "arr", "account_id", descending=[True, True, False], nulls_last=True)
    return [_with_words(card.view, row) for row in worst.head(LIKELIEST).to_dicts()]


def _with_words(view: View, row: Row) -> Row:
    rules = view.context.policy.proof.metrics
    labels = [_inside(rules[name].label) if name in rules else name for name in row["drivers"].split(", ") if name]
    return named(view, row) | {
        "chance": wording.percent(100 * row["probability"]),
        "why": wording.listed(labels) or "nothing stands out",
    }


def _inside(label: str) -> str:
    """A label as it stands inside a sentence: `login days`, but `NPS answers`."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def weights(card: Card) -> list[Row]:
    """What the history would weigh each component, beside the policy; only a suggestion."""
    return [
        {
            **row,
            "name": card.view.part_word(row["component"]),
            "effect_words": f"{wording.change(row['effect'], 2)}",
            "effect_interval": f"{wording.change(row['effect_low'], 2)} to {wording.change(row['effect_high'], 2)}",
            "policy": wording.percent(row["policy_pct"]),
            "suggested": wording.percent(row["suggested_pct"]),
            "interval": f"{row['low_pct']:.0f} to {row['high_pct']:.0f}",
            "words": SUGGESTIONS[row["suggestion"]],
        }
        for row in sorted(filtered(card.view.scores.proof.model_weights), key=lambda row: -(row["suggested_pct"] or 0))
    ]


def drift(card: Card) -> list[Row]:
    """How far today's accounts are from those of the history, metric by metric."""
    rules = card.rules.metrics
    return [
        {
            **row,
            "name": rules[row["metric"]].label if row["metric"] in rules else row["metric"],
            "said": wording.number(row["psi"], 2),
            "words": DRIFT_WORDS[row["state"]],
        }
        for row in filtered(card.view.scores.proof.model_drift)
    ]
