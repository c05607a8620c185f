"""What the team hears from customers: signals prompted by the hidden states, and feedback with what was decided."""

import polars as pl

from pipeline.demo.days import NEVER, add_months, next_business_day
from pipeline.demo.ids import account_id
from pipeline.demo.rows import frame, iso, no_rows
from pipeline.demo.story import Story
from pipeline.demo.view import View

SIGNAL_NOTES = {
    "budget_cut": "Procurement announced a spending stop",
    "competitor_evaluation": "Asked for an export to compare vendors",
    "integration_failure": "ERP connector fails every night",
    "data_quality_issue": "Counts and ERP differ",
    "champion_departed": "Heard on a call",
    "market_downturn": "Warehouse closes for the season",
    "executive_engaged": "Sponsor joined the review",
    "expansion_discussion": "Second site is planned",
    "proactive_feedback": "Sent ideas for the count screen",
    "reference": "Took a reference call",
    "hiring": "Looks for warehouse planners",
    "negative_social": "Critical post about the outage",
}


def signals(view: View) -> pl.DataFrame:
    """What CSMs hear, month by month, prompted by the hidden states and partly wrong."""
    story, rows = view.story, no_rows()
    for stay in story.stays:
        if story.accounts[stay.account].is_self_serve:
            continue
        for month in range(60):
            start = add_months(story.first_day, month)
            day = next_business_day(start + story.dice.between(0, 24, "signal day", stay.account, month))
            if start > view.cut:
                break
            kind = _signal(story, stay.account, month, day)
            if kind and stay.starts + 20 <= day <= min(stay.ends, view.cut):
                rows.append(_signal_row(view, stay.account, month, day, kind))
    return frame(
        "signal_id,account_id,kind,occurred_on,resolved_on,note,source", sorted(rows, key=lambda r: (r[3], r[0]))
    )


def _signal(story: Story, account: int, month: int, day: int) -> str:
    life, dice = story.life, story.dice
    vigor, trouble = life.mean(life.vigor, account, day), life.mean(life.trouble, account, day, 3)
    chances = {
        "budget_cut": 0.09 * life.mean(life.price, account, day),
        "competitor_evaluation": 0.05 * max(0.0, 0.8 - vigor),
        "integration_failure": 0.05 * trouble,
        "data_quality_issue": 0.04 * trouble,
        "champion_departed": 0.08 * max(0.0, life.mean(life.sponsor, account, day, 3) - 0.7),
        "market_downturn": 0.003,
        "negative_social": 0.003 + 0.006 * trouble,
        "executive_engaged": 0.03 * max(0.0, vigor + 0.4),
        "expansion_discussion": 0.02 * max(0.0, vigor),
        "proactive_feedback": 0.02 * max(0.0, vigor),
        "reference": 0.01 * max(0.0, vigor),
        "hiring": 0.008,
    }
    draw = dice.roll("signal", account, month)
    for kind, chance in chances.items():
        draw -= chance
        if draw < 0:
            return kind
    return ""


def _signal_row(view: View, account: int, month: int, day: int, kind: str) -> tuple[str, ...]:
    dice = view.story.dice
    solved = day + dice.between(8, 70, "signal solved", account, month)
    closes = kind in ("integration_failure", "data_quality_issue", "budget_cut", "competitor_evaluation")
    resolved = iso(solved, view.cut) if closes and dice.roll("signal open", account, month) < 0.85 else ""
    source = ("CSM", "news", "sales")[dice.between(0, 2, "signal source", account, month)]
    return (f"S-{account + 1}-{month + 1}", account_id(account), kind, iso(day), resolved, SIGNAL_NOTES[kind], source)


FEEDBACK = (
    ("product", "Bulk edit of reorder rules", True),
    ("product", "Offline counting on handhelds", True),
    ("product", "Faster report export", True),
    ("support", "Status page for sync delays", False),
    ("training", "Short videos for new staff", False),
    ("billing", "Invoices per warehouse", True),
    ("implementation", "Clearer import template", False),
)
SOURCES = ("pulse", "retrospective", "qbr", "interview", "ticket", "usage", "review")


def feedback_items(view: View) -> pl.DataFrame:
    """What customers asked for and praised, with what was decided; about a dozen a month."""
    story, rows = view.story, no_rows()
    for stay in story.stays:
        for quarter in range(20):
            start = story.first_day + 91 * quarter
            day = next_business_day(start + story.dice.between(0, 85, "feedback day", stay.account, quarter))
            if (
                stay.starts <= day <= min(stay.ends, view.cut)
                and story.dice.roll("feedback", stay.account, quarter) < 0.2
            ):
                rows.append(_feedback(view, stay.account, quarter, day))
    header = (
        "feedback_id,account_id,source,received_on,category,sentiment,theme,text,is_feature_request,decision,decided_on,"
        "shipped_on"
    )
    return frame(header, sorted(rows, key=lambda r: (r[3], r[0])))


def _feedback(view: View, account: int, quarter: int, day: int) -> tuple[str, ...]:
    dice, life = view.story.dice, view.story.life
    category, theme, is_wish = dice.pick(FEEDBACK, "feedback theme", account, quarter)
    mood = life.mean(life.vigor, account, day) + dice.gauss("feedback mood", account, quarter)
    sentiment = "positive" if mood > 0.9 else "neutral" if mood > -0.4 else "negative"
    decided = day + dice.between(10, 80, "feedback decided", account, quarter)
    decision = dice.pick(
        ("roadmap", "backlog", "known_limitation", "deferred", "rejected"), "decision", account, quarter
    )
    shipped = decided + dice.between(40, 220, "shipped", account, quarter) if decision == "roadmap" else NEVER
    is_decided = decided <= view.cut
    text = f"{theme}, please." if is_wish else f"We talked about this: {theme.lower()}."
    source = dice.pick(SOURCES, "feedback source", account, quarter)
    return (
        f"F-{account + 1}-{quarter + 1}", account_id(account), source, iso(day), category, sentiment, theme, text,
        str(is_wish).lower(), decision if is_decided else "", iso(decided, view.cut), iso(shipped, view.cut),
    )  # fmt: skip
