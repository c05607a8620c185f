"""The weekly status report: one per account with an implementation under way, in two editions (infra 7).

Ours carries everything and stays inside; the customer's is made of a `Shared` alone.
"""

from datetime import timedelta
from typing import Any

import polars as pl

from pipeline.book import Book
from pipeline.policy.onboarding import DecisionLevel
from pipeline.reports import wording
from pipeline.reports.document import Context, Document
from pipeline.reports.facts import Row, View
from pipeline.reports.places import folder
from pipeline.reports.sections.status import internal as ours
from pipeline.reports.sections.status.appendices import appendices
from pipeline.reports.sections.status.parts import Block
from pipeline.reports.sections.status.safe import Shared, shared
from pipeline.reports.sections.status.sections import accomplished, coming, risks, team_snapshot, week_snapshot
from pipeline.reports.sections.status.summary import decision, headline, key_metrics, tiles
from pipeline.scores import Scores

TITLES = {
    "accomplished": "What we accomplished this week",
    "coming": "What is happening this coming week",
    "risks": "Current blockers and risks",
    "expansion": "Expansion opportunities",
    "facts": "Quick facts",
}


def status(book: Book, scores: Scores, context: Context) -> list[Document]:
    """Two documents per account with an implementation under way; of several plans the newest."""
    view = View(book, scores, context)
    return [document for plan in running(view) for document in (_customer(view, plan), _internal(view, plan))]


def running(view: View) -> list[Row]:
    """The plan under way of each account that has one, by account id."""
    plans = view.scores.service.onboarding
    if "is_running" not in plans.columns:
        return []
    under_way = plans.filter("is_running").sort("account_id", "started_on", "plan_id")
    return under_way.unique("account_id", keep="last", maintain_order=True).to_dicts()


def customer_data(it: Shared, levels: dict[str, DecisionLevel]) -> Row:
    """The customer's edition; it sees the shared facts and nothing else."""
    return {
        "header": _header(it),
        "headline": headline(it),
        "tiles": tiles(it),
        "decision": decision(it, levels),
        "metrics": key_metrics(it),
        "sections": numbered(
            {
                "accomplished": accomplished(it),
                "coming": coming(it),
                "risks": risks(it),
                "facts": [*week_snapshot(it), *team_snapshot(it)],
            }
        ),
        "appendices": appendices(it),
        "is_internal": False,
    }


def internal_data(view: View, plan: Row) -> Row:
    """Our own edition: the shared facts with money, expansion and the team's words."""
    it = shared(view, plan, is_for_customer=False)
    data = customer_data(it, view.context.policy.onboarding.decisions)
    facts = [*week_snapshot(it), *ours.financial(view, plan), *team_snapshot(it), *ours.capacity(plan)]
    return {
        **data,
        "tiles": [*data["tiles"], *ours.budget(view, plan)],
        "decision": ours.decision(plan),
        "sections": numbered(
            {
                "accomplished": [*accomplished(it), *ours.note(view, plan)],
                "coming": coming(it),
                "risks": risks(it),
                "expansion": ours.expansion(view, plan),
                "facts": facts,
            }
        ),
        "appendices": _with_money(data["appendices"], ours.money_left(view, plan)),
        "is_internal": True,
    }


def numbered(sections: dict[str, list[Block]]) -> list[Row]:
    """Sections that have something to say, numbered after the summary."""
    filled = [(name, blocks) for name, blocks in sections.items() if blocks]
    return [
        {"number": at, "title": TITLES[name], "blocks": blocks, "is_grid": name == "facts"}
        for at, (name, blocks) in enumerate(filled, 2)
    ]


def _with_money(made: list[tuple[str, list[Block]]], money: list[Block]) -> list[tuple[str, list[Block]]]:
    title = "Appendix F: Resources"
    if not money:
        return made
    others = [(name, blocks) for name, blocks in made if name != title]
    return [*others, (title, [*dict(made).get(title, []), *money])]


def _header(it: Shared) -> Row:
    day = (it.as_of - it.plan["started_on"]).days + 1
    length = (it.plan["target_on"] - it.plan["started_on"]).days
    made: dict[str, Any] = {
        "Project": f"{it.account['account_name']} implementation",
        "Reporting period": f"{wording.short_day(it.as_of - timedelta(days=6))} to {wording.day(it.as_of)}",
        "Day": f"{day} of a {length}-day implementation",
        "Phase": wording.word(it.plan["phase"]) if it.plan["phase"] else None,
        "Recipient": it.account["executive_sponsor"],
        "Prepared by": it.account["csm"],
    }
    return {name: value for name, value in made.items() if value}


def _customer(view: View, plan: Row) -> Document:
    it = shared(view, plan, is_for_customer=True)
    return _document(view, plan, "customer", customer_data(it, view.context.policy.onboarding.decisions))


def _internal(view: View, plan: Row) -> Document:
    return _document(view, plan, "internal", internal_data(view, plan))


def _document(view: View, plan: Row, edition: str, data: Row) -> Document:
    row = view.book.accounts.filter(pl.col("account_id") == plan["account_id"]).to_dicts()[0]
    return Document(
        f"{edition}/{folder(row)}/status",
        "status.html.j2",
        f"Weekly status report: {row['account_name']}",
        data,
        f"Week ending {wording.day(view.as_of)}",
        account_id=row["account_id"],
        account_name=row["account_name"],
        csm=row["csm"],
    )
