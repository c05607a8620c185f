"""Texts ready to mail: what follows a business review, and a CSM's accounts since Monday. Plain text, pure."""

import re
import textwrap

from pipeline.book import Book
from pipeline.reports import wording
from pipeline.reports.document import Context
from pipeline.reports.facts import Row, View
from pipeline.reports.narrowed import book_of, csms, narrowed
from pipeline.reports.places import folder, place_of
from pipeline.reports.qbr import pack_data, rows_of
from pipeline.reports.reviews import pack_rows
from pipeline.reports.sections.qbr.safe import Shown, shown
from pipeline.reports.since_monday import monday, since_monday
from pipeline.scores import Scores

WIDTH = 76
UNSEEN = re.compile(r"[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def letters(book: Book, scores: Scores, context: Context) -> dict[str, str]:
    """Text by path: one draft beside the brief of each account with a pack, one list per CSM."""
    view = View(book, scores, context)
    safe = shown(view)
    accounts = [row["account_id"] for row in pack_rows(view)]
    drafts = {f"internal/{folder(row)}/follow-up.txt": follow_up(safe, row) for row in rows_of(safe, accounts)}
    everybody = csms(view)
    lists = {f"weekly/csm/{place_of(csm, everybody)}.txt": week_letter(view, csm) for csm in everybody}
    return drafts | lists


def follow_up(safe: Shown, row: Row) -> str:
    """The mail that goes out after the review, of the same facts as the pack; places in brackets are for the CSM."""
    data = pack_data(safe, row)
    names = [one["name"].split()[0] for one in data["people"][:3]]
    story, doing = data["story"], data["actions"]
    worry, ask = story["concern"], story["ask"]
    lines = [
        f"Subject: {row['account_name']}: what we agreed in our {data['quarter'].label} review",
        "",
        f"Dear {wording.listed(names) if names else '[name]'},",
        "",
        f"thank you for your time in our {data['quarter'].label} review. This is what we take from it. "
        "Please tell me within three days if something is missing.",
        "",
        "In short",
        *(f"- {win['title']}: {win['text']}" for win in story["wins"]),
        *([f"- What we look at together: {worry['title']}. {worry['text']}"] if worry else []),
        "",
        "What we agreed [check against your notes]",
        *(_action(safe, row, one) for one in doing["rows"][:8]),
        *([] if doing["rows"] else [f"- {ask['title']}: {ask['text']} (owner and date to be agreed)"]),
        "",
        "What comes next",
        *(f"- {wording.day(step['planned_on'])}: {step['title']}" for step in data["plan"]["milestones"][:4]),
        f"- Next review: in {data['following'].label}, on [date]",
        "",
        "Kind regards,",
        row["csm"] or "[your name]",
    ]  # fmt: skip
    return _text(lines)


def _action(safe: Shown, row: Row, one: Row) -> str:
    side = row["account_name"] if one["side"] == "customer" else safe.book.company.name
    due = f"by {wording.day(one['due_on'])}" if one["due_on"] else "date to be agreed"
    return f"- {one['title']}: {one['owner'] or 'owner to be named'} ({side}), {due}"


def week_letter(view: View, csm: str) -> str:
    """A CSM's accounts since Monday as a mail to themselves or their manager: internal."""
    mine = narrowed(view, book_of(view, csm))
    told = since_monday(mine)
    head = [
        f"Subject: {csm}: accounts since Monday, {wording.day(monday(view.as_of))} [internal]",
        "",
        f"{wording.counted(len(told), 'account')} of {wording.counted(mine.standing.height, 'customer')} moved."
        if told
        else "Nothing moved at your accounts since Monday.",
    ]
    return _text([*head, *(line for row in told for line in _told(view, row))])


def _told(view: View, row: Row) -> list[str]:
    change = f", {wording.change(row['health_change_1w'], 1)} this week" if row["health_change_1w"] is not None else ""
    title = f"{row['account_name']} ({view.money(row['arr'])}, {wording.band_word(row['health_band']).lower()}{change})"
    lines = [f"- {wording.short_day(line['on'])}: {line['text']}" for line in row["lines"]]
    return ["", title, *lines, *([f"- {row['more']} more"] if row["more"] else [])]


def _text(lines: list[str]) -> str:
    """Lines wrapped for mail, without what would act unseen; each entry stays one line of meaning."""
    plain = (UNSEEN.sub("\ufffd", " ".join(line.split())) for line in lines)
    made = (
        textwrap.fill(line, WIDTH, subsequent_indent="  " if line.startswith("- ") else "", break_long_words=False)
        if line and not line.startswith("Subject:")
        else line
        for line in plain
    )
    return "\n".join(made) + "\n"
