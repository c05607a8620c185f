"""The quality report: can this week be trusted, what needs a hand first, and how every row of the load adds up."""

from pipeline.book import Book
from pipeline.ledger import Ledger
from pipeline.reports import wording
from pipeline.reports.document import Context, Document
from pipeline.reports.sections.quality.load import balance, every_file, headers, rejects, remarks, sources, volume
from pipeline.reports.sections.quality.match import completeness, findings, matching, owners, unmatched
from pipeline.reports.sections.quality.needs import Parts, Row, needs, not_expected, not_fresh, switched_off
from pipeline.reports.sections.quality.words import TOUCHES, effect_of, feed_state, file_name, reason
from pipeline.scores import Scores

STATES = ("missing", "stale", "late", "before", "fresh")


def quality(book: Book, scores: Scores, context: Context) -> list[Document]:
    """One document, made from the ledger alone; none where a run has no ledger."""
    if context.ledger is None:
        return []
    ledger, parts = context.ledger, context.policy.health.scorecard.components
    wanted = needs(ledger, parts)
    data: Row = {
        "headline": headline(ledger),
        "lead": lead(ledger),
        "alarms": alarms(ledger, parts),
        "balance": balance(ledger),
        "feeds": feeds(ledger),
        "others": not_expected(ledger),
        "off": switched_off(ledger, parts),
        "needs": [
            {"kind": TOUCHES[need.touches], "what": need.what, "do": need.do, "arr": need.arr} for need in wanted
        ],
        "sources": sources(ledger),
        "volume": volume(ledger),
        "headers": headers(ledger),
        "remarks": remarks(ledger),
        "rejects": rejects(ledger),
        "matching": matching(ledger),
        "unmatched": unmatched(ledger),
        "owners": owners(ledger),
        "completeness": completeness(ledger),
        "findings": findings(ledger),
        "files": every_file(ledger),
    }
    subtitle = f"Week ending {wording.day(ledger.as_of)}"
    return [Document("quality/quality", "quality.html.j2", "Data quality", data, subtitle)]


def headline(ledger: Ledger) -> str:
    """Can this week be trusted? The answer in one sentence: files that failed first, then feeds, then the balance."""
    failed = [row for row in every_file(ledger) if row["status"] == "failed"]
    behind = not_fresh(ledger)
    read = balance(ledger)
    if failed:
        names = wording.listed(list(dict.fromkeys(row["name"] for row in failed))[:3])
        return f"With care: {names} could not be used, and the last good data stand in their place."
    if behind:
        told = wording.listed(
            [f"{wording.word(feed['feed'])} {feed_state(feed).split(', ')[0]}" for feed in behind[:3]]
        )
        return f"With care: {told[0].lower()}{told[1:]}." if told[:1].islower() else f"With care: {told}."
    if not read["adds_up"]:
        return "No: rows are missing from the account of the load."
    return "Yes: every expected feed is fresh, and every row that was read is accounted for."


def lead(ledger: Ledger) -> str:
    """What the headline leaves open: rejected rows, and ARR that no account carries."""
    read, names = balance(ledger), unmatched(ledger)
    part = wording.ratio(read["rejected"], read["rows_read"])
    share = wording.percent(part, 3 if part is not None and part < 0.1 else 1)
    parts = [
        f"{wording.counted(read['rejected'], 'row')} of {wording.number(read['rows_read'])} "
        f"{'was' if read['rejected'] == 1 else 'were'} rejected ({share}), each listed with its remedy"
    ]
    if names["arr"]:
        money = wording.money(names["arr"], ledger.currency)
        parts.append(f"{money} of ARR stands on accounts that nobody knows and is in no figure")
    elif names["count"]:
        parts.append(f"{wording.counted(names['row_count'], 'row')} name accounts that nobody knows")
    return "; ".join(parts) + "."


def alarms(ledger: Ledger, parts: Parts) -> list[str]:
    """The banner: files behind the quality gate, and expected feeds that are late, stale or missing."""
    failed = ledger.files.filter(ledger.files["status"] == "failed").unique("path", keep="first", maintain_order=True)
    lines = [f"Quality gate: {file_name(row['path'])} was not applied: {reason(row)}" for row in failed.to_dicts()]
    for feed in not_fresh(ledger):
        fed = [part.label.lower() for part in parts.values() if feed["feed"] in part.feeds]
        effect = f": {effect_of(feed, fed)}" if fed else ""
        lines.append(f"{wording.word(feed['feed'])} {feed_state(feed)}{effect}.")
    return lines


def feeds(ledger: Ledger) -> list[Row]:
    """The expected feeds with how far they reach, the worst first."""
    expected = [feed for feed in ledger.feeds.to_dicts() if feed["is_expected"]]
    return sorted(expected, key=lambda feed: (STATES.index(feed["state"]), feed["feed"]))
