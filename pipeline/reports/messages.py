"""The files that carry alerts out: alerts.json, a Slack message for each, the weekly digest; nps.json. Pure texts.

Names and sentences from outside are escaped for where they land: `&`, `<` and `>` for Slack, Markdown's marks for the
digest. What an earlier run has sent is neither written as a message nor told in the digest again.
"""

import json
import re
from typing import Any

from pipeline.book import Book
from pipeline.reports import wording
from pipeline.reports.document import Context
from pipeline.reports.facts import Row, View
from pipeline.reports.nps import nps_json_data
from pipeline.reports.report_card import report_card_json_data
from pipeline.reports.risk import FOLLOWED, Risk, red_list
from pipeline.reports.work import SEVERITIES, duties, weeks_alerts
from pipeline.revenue.renewals_memory import kept_forecast
from pipeline.scores import Scores

ALERT = ("alert_id", "account_id", "rule", "severity", "raised_on", "message", "recipients")
MARKS = {"critical": "\u25a0", "warning": "\u25b2", "info": "\u25cf"}
SECTION_MOST, FIELD_MOST, NAME_MOST = 2900, 1900, 120
MARKDOWN = re.compile(r"([\\`*_\[\]<>&|#~])")
DIGEST_ALERTS, DIGEST_RED, DIGEST_ACTIONS = 10, 12, 10


def messages(book: Book, scores: Scores, context: Context) -> dict[str, str]:
    """Text by path below the published folder; the same for the same book."""
    view = View(book, scores, context)
    risk = Risk(view)
    fresh = [row for row in weeks_alerts(view).to_dicts() if row["sent_on"] == view.as_of]
    digest = _digest(risk, fresh)
    return {
        "alerts/alerts.json": _json([_kept(view, row) for row in fresh]),
        "alerts/red_list.json": _json([_listed(row) for row in red_list(risk)["rows"]]),
        "renewals/forecast.json": _json(_as_texts(kept_forecast(scores.money.renewals, book.as_of).to_dicts())),
        "alerts/digest.md": _as_markdown(digest),
        "alerts/digest.json": _json(_as_blocks(digest)),
        "nps/nps.json": _json(nps_json_data(view)),
        "report-card/report_card.json": _json(report_card_json_data(view)),
        **{f"alerts/slack/{row['alert_id']}.json": _json(_slack(view, row)) for row in fresh},
    }


def slack_text(text: object, most: int = NAME_MOST) -> str:
    """Text from outside for Slack's mrkdwn: on one line, without control characters, escaped, cut to a length."""
    return _escaped(wording.short(_plain(text), most))


def markdown_text(text: object, most: int = NAME_MOST) -> str:
    """Text from outside for Markdown: on one line, its marks escaped, cut to a length."""
    return MARKDOWN.sub(r"\\\1", wording.short(_plain(text), most))


def _plain(text: object) -> str:
    return "".join(char if char.isprintable() else "\ufffd" for char in " ".join(str(text).split()))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _json(value: Any) -> str:
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False, default=str) + "\n"


def _as_texts(rows: list[Row]) -> list[Row]:
    """Rows whose amounts, shares and days are written out, so that nothing is lost on the way back."""
    return [{name: None if value is None else str(value) for name, value in row.items()} for row in rows]


def _kept(view: View, row: Row) -> Row:
    alert = {name: row[name] for name in ALERT}
    return {**alert, "raised_on": row["raised_on"].isoformat(), "account_name": _who(view, row, named=False)}


def _listed(row: Row) -> Row:
    named = ("rank", "account_id", "arr", "expected_loss", "decision_on", "health_band", "churn_risk_band")
    return {"week_ending_on": row["week_ending_on"], **{name: row[name] for name in named}}


def _who(view: View, row: Row, *, named: bool = True) -> str | None:
    if row["account_id"] is None:
        return "All customers" if named else None
    return view.names.get(row["account_id"], row["account_id"])


def _label(view: View, rule: str) -> str:
    known = view.context.policy.alerts.rules.get(rule)
    return known.label if known else wording.word(rule)


def _slack(view: View, row: Row) -> Row:
    """One alert as a Block Kit message: what happened to whom, then who is told."""
    who, label = slack_text(_who(view, row)), slack_text(_label(view, row["rule"]))
    severity = f"{MARKS[row['severity']]} {row['severity'].capitalize()}"
    message = slack_text(row["message"], SECTION_MOST)
    told = (row["recipients"] or "").replace("; ", ", ")
    fields = [
        f"*Severity*\n{severity}",
        f"*Raised*\n{wording.day(row['raised_on'])}",
        f"*Told*\n{slack_text(told or 'nobody is named for this rule', FIELD_MOST)}",
    ]
    record = next((one["record_url"] for one in _accounts(view, row)), None)
    link = (
        f" \u00b7 <{_escaped(record)}|Open the record>" if record and re.fullmatch(r"https://[^\s|<>]+", record) else ""
    )
    return {
        "text": f"{severity}: {who}: {label}. {message}",
        "blocks": [
            _section(f"*{who}*\n{label}: {message}"),
            {"type": "section", "fields": [{"type": "mrkdwn", "text": text} for text in fields]},
            {"type": "context", "elements": [{"type": "mrkdwn", "text": f"Alert {row['alert_id']}{link}"}]},
        ],
    }


def _accounts(view: View, row: Row) -> list[Row]:
    return view.book.accounts.filter(account_id=row["account_id"] or "").to_dicts()


def _section(text: str) -> Row:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def _digest(risk: Risk, fresh: list[Row]) -> Row:
    """What the digest says, once for both forms: a headline and sections of lines, each line in plain pieces."""
    view, red, work = risk.view, red_list(risk), duties(risk)
    counts = ", ".join(f"{sum(row['severity'] == name for row in fresh)} {name}" for name in SEVERITIES)
    gravest = [row for row in fresh if row["severity"] != "info"]
    sections: list[tuple[str, list[tuple[str, str]], str]] = [
        (
            f"Alerts: {wording.counted(len(fresh), 'new one')} ({counts})",
            [
                (str(_who(view, row)), f"{MARKS[row['severity']]} {_label(view, row['rule'])}: {row['message']}")
                for row in gravest[:DIGEST_ALERTS]
            ],
            _rest(len(fresh) - len(gravest[:DIGEST_ALERTS]), "more", "alerts.json"),
        ),
        (
            f"Red list: {wording.counted(red['count'], 'customer')}, {view.money(red['expected_loss'])} expected loss",
            [(row["account_name"], _red_line(view, row)) for row in red["rows"][:DIGEST_RED]],
            _rest(red["count"] - len(red["rows"][:DIGEST_RED]), "more", "the weekly review"),
        ),
        (
            f"Actions of plays: {work['due']} due this week, {work['overdue']} overdue",
            [
                (
                    row["account_name"],
                    f"{row['title']}: {_owner(row)}, {wording.short_day(row['due_on'])}",
                )
                for row in work["rows"][:DIGEST_ACTIONS]
            ],
            _rest(work["due"] - len(work["rows"][:DIGEST_ACTIONS]), "more due this week", "data/actions.csv"),
        ),
    ]
    last, past = red["last"], red["record"]
    became = ", ".join(f"{last['counts'][name]} {name}" for name in FOLLOWED)
    lines = [f"Of the {last['count']} on last week's red list: {became}."] if last["count"] else []
    lines += (
        [f"In twelve months {past['named']} of {past['lost']} lost customers were listed in time."]
        if past["lost"]
        else []
    )
    lines += (
        [f"{past['renewed']} of {past['decided']} listed customers who came to an end renewed."]
        if past["decided"]
        else []
    )
    return {
        "title": f"{view.book.company.name}: week ending {wording.day(view.as_of)}",
        "sections": sections,
        "lines": lines,
    }


def _red_line(view: View, row: Row) -> str:
    said = f"{row['rank']}. {view.money(row['arr'])}, {row['why']}"
    if not (action := row["action"]):
        return f"{said}; nothing agreed"
    return f"{said}; next: {action['title']} ({_owner(action)}, {wording.short_day(action['due_on'])})"


def _owner(action: Row) -> str:
    return action["owner"] or wording.word(action["owner_role"])


def _rest(count: int, what: str, where: str) -> str:
    return f"{count} {what} in {where}." if count > 0 else ""


def _as_markdown(digest: Row) -> str:
    lines = [f"# {markdown_text(digest['title'])}", ""]
    for title, rows, rest in digest["sections"]:
        lines += [f"## {markdown_text(title)}", ""]
        lines += [f"- **{markdown_text(who)}** {markdown_text(said, SECTION_MOST)}" for who, said in rows]
        lines += [rest] if rest and not rows else ["", rest] if rest else []
        lines += [""]
    return "\n".join([*lines, *digest["lines"]]).rstrip() + "\n"


def _as_blocks(digest: Row) -> Row:
    title = slack_text(digest["title"])
    blocks: list[Row] = [_section(f"*{title}*")]
    for heading, rows, rest in digest["sections"]:
        lines = [f"\u2022 *{slack_text(who)}* {slack_text(said, 400)}" for who, said in rows]
        blocks += [{"type": "divider"}, _section(f"*{slack_text(heading)}*")]
        blocks += [_section(text) for text in _packed(lines)]
        blocks += [{"type": "context", "elements": [{"type": "mrkdwn", "text": slack_text(rest)}]}] if rest else []
    if digest["lines"]:
        blocks += [{"type": "divider"}, _section(slack_text(" ".join(digest["lines"]), SECTION_MOST))]
    return {"text": title, "blocks": blocks}


def _packed(lines: list[str]) -> list[str]:
    """The lines in as few texts as Slack's limit allows."""
    texts: list[str] = []
    for line in lines:
        if texts and len(texts[-1]) + len(line) < SECTION_MOST:
            texts[-1] += "\n" + line
        else:
            texts.append(line)
    return texts
