"""Invented companies as canonical rows: small books of a few accounts each, whose feeds come late, stop or never come.

Books of one company share its feeds, its waves and the incidents that hit everyone; segments are named after the book,
so that nobody is measured against another book's accounts, but for those whose segment is empty.
"""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

AS_OF = date(2026, 6, 26)
ZONE = "America/New_York"
ACCOUNTS = 7
FEATURES = ("plan", "chart", "report", "share", "alert", "import")
FEEDS = (
    *("accounts", "contracts", "contacts", "usage", "features", "tickets", "trainings", "activities", "invoices"),
    "survey_responses",
)
EXTRA = ("qbrs", "signals", "implementations", "incidents", "opportunities", "feedback_items")
TABLE_OF = {"usage": "usage_daily"}
DATES_OF = {
    "usage": ("used_on",),
    "tickets": ("created_at", "solved_at"),
    "trainings": ("assigned_on", "completed_on"),
    "activities": ("occurred_at",),
    "invoices": ("issued_on", "due_on", "paid_on"),
    "survey_responses": ("responded_at",),
    "qbrs": ("scheduled_on", "held_on"),
}
SIGNALS = (
    *("stakeholder_departed", "champion_departed", "budget_cut", "market_downturn", "competitor_evaluation"),
    *("competitor_acquisition", "merger", "negative_social", "data_quality_issue", "integration_failure"),
    *("executive_engaged", "expansion_discussion", "expansion_milestone", "proactive_feedback", "reference"),
)


@dataclass(frozen=True, slots=True)
class Invented:
    """A company: its canonical rows by table, and what its bellwether.toml says."""

    rows: dict
    expected: tuple
    ages: dict
    max_stale: int
    holidays: tuple
    basis: str


class Dice:
    """Chance, with the draws that rows are made of."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def day(self, most=400, least=-20):
        """A day up to so many days before the as-of day; negative ones are after it."""
        return AS_OF - timedelta(days=self.random.randint(least, most))

    def instant(self, on):
        """Some second of a day, in UTC."""
        return datetime(on.year, on.month, on.day, tzinfo=UTC) + timedelta(seconds=self.random.randrange(86_400))

    def maybe(self, value, share=0.7):
        """The value, or nothing."""
        return value if self.random.random() < share else None

    def often(self, share):
        """True in this share of cases."""
        return self.random.random() < share

    def pick(self, *values):
        """One of them."""
        return self.random.choice(values)

    def some(self, most):
        """A count that is mostly small."""
        return min(self.random.randint(0, most), self.random.randint(0, most))


def invented(seed, books):
    """A company of so many books."""
    dice = Dice(seed)
    rows = {"features": _features(dice), "incidents": [_incident(dice, None, n) for n in range(dice.some(3))]}
    for book in range(books):
        for number in range(ACCOUNTS):
            _account(dice, rows, f"b{book:02}", f"b{book:02}-{number}")
    expected = set(FEEDS)
    ages = {feed: dice.pick(5, 10, 20) for feed in DATES_OF if feed != "usage" and dice.often(0.6)}
    for feed in (*FEEDS[2:], *EXTRA):
        _unsteady(dice, rows, expected, feed)
    if dice.often(0.2):
        expected.discard(dice.pick("accounts", "contracts"))
    holidays = tuple(sorted({dice.day(120, 0) for _ in range(dice.some(4))}))
    return Invented(
        rows, tuple(sorted(expected)), ages, dice.pick(30, 45, 60), holidays, dice.pick("calendar", "business")
    )


def _unsteady(dice, rows, expected, feed):
    """A feed may be unexpected, missing, begin late, or be silent for a while."""
    table = TABLE_OF.get(feed, feed)
    kind = dice.pick("steady", "steady", "steady", "silent", "silent", "silent", "begins", "missing", "unexpected")
    if kind == "unexpected":
        expected.discard(feed)
    elif kind == "missing":
        rows[table] = []
    elif kind == "begins":
        begins = dice.day(60, 0)
        rows[table] = [row for row in rows.get(table, []) if _touches(row, feed, begins, date.max)]
    elif kind == "silent":
        for _ in range(dice.pick(1, 1, 2)):
            began = dice.day(130, -5)
            until = began + timedelta(days=dice.pick(5, 15, 25, 40, 80, 150))
            rows[table] = [row for row in rows.get(table, []) if not _touches(row, feed, began, until, some=True)]


def _touches(row, feed, first, last, some=False):
    days = [_as_day(row[name]) for name in DATES_OF.get(feed, ()) if row.get(name)]
    inside = [first <= on <= last for on in days]
    return (any(inside) if some else all(inside)) if days else not some


def _as_day(value):
    return value.date() if isinstance(value, datetime) else value


def _add(rows, table, row):
    rows.setdefault(table, []).append(row)


def _features(dice):
    return [
        {"feature": name, "plan": dice.pick(None, None, "pro", "Basic"), "released_on": dice.maybe(dice.day(200), 0.5)}
        for name in FEATURES[: dice.random.randint(2, 6)]
    ]


def _account(dice, rows, book, name):
    _attributes(dice, rows, book, name)
    _contracts(dice, rows, name)
    _use(dice, rows, name)
    _tickets(dice, rows, name)
    _people(dice, rows, name)
    _money_and_answers(dice, rows, name)
    _events(dice, rows, name)


def _attributes(dice, rows, book, name):
    row = {
        "account_id": name,
        "account_name": name,
        "segment": dice.maybe(f"{book}-{dice.pick(*['one'] * 9, 'two')}", 0.95),
        "status": dice.pick("active", "active", "active", "onboarding", "churned"),
        "plan": dice.pick(None, "pro", "Pro ", "basic"),
        "seats_licensed": dice.pick(None, 0, 5, 10, 20),
        "strategic_alignment": dice.pick("aligned", "uncertain", "misaligned", None),
        "customer_since_on": dice.maybe(dice.day(900, 10), 0.4),
    }
    first = dice.day(150, 40)
    _add(rows, "accounts", row | {"extracted_at": dice.instant(first)})
    if dice.often(0.3):
        later = row | {
            "status": dice.pick("active", "churned"),
            "plan": dice.pick("basic", "pro", None),
            "strategic_alignment": dice.pick("aligned", "misaligned"),
            "seats_licensed": dice.pick(10, 40),
        }
        _add(rows, "accounts", later | {"extracted_at": dice.instant(dice.day(38, 2))})


def _contracts(dice, rows, name):
    """A chain of terms, some of them cancelled, overlapping, open ended, signed late or never followed."""
    starts = dice.day(800, 60)
    for number in range(dice.pick(1, 1, 2, 2, 3)):
        ends = dice.maybe(starts + timedelta(days=dice.pick(89, 180, 364, 364, 729, 730, 1094)), 0.93)
        signed = dice.maybe(starts - timedelta(days=dice.random.randint(-20, 60)), 0.8)
        row = {
            "contract_id": f"{name}-{number}",
            "account_id": name,
            "product": dice.pick(None, "core", "core", "extra"),
            "starts_on": starts,
            "ends_on": ends,
            "arr": dice.pick(0, 5_000, 24_999, 25_000, 60_000, 100_000, 100_001),
            "seats": dice.pick(None, 3, 8),
            "status": dice.pick("active", "active", "active", "active", "disputed", "in_negotiation", "expired"),
            "signed_on": signed,
            "cancelled_on": dice.maybe(dice.day(120), 0.12),
            "price_increase_pct": dice.pick(None, None, None, 0.0, 25.0, 25.5, 40.0),
        }
        loaded = [dice.day(150, 40), *([dice.day(38, 1)] if dice.often(0.2) else [])]
        for at, on in enumerate(loaded):
            status = dice.pick("active", "disputed") if at else row["status"]
            _add(rows, "contracts", row | {"status": status, "extracted_at": dice.instant(on)})
        starts = (ends or dice.day(60)) + timedelta(days=dice.pick(1, 1, 1, -10, 15, 31, 32, 45))


def _use(dice, rows, name):
    """Daily use at a level that may change once; told as totals, by feature, or both."""
    busy, users, depth = dice.pick(0.0, 0.4, 0.7, 0.9, 1.0), dice.pick(1, 2, 4, 8), dice.pick(1, 5, 9, 10, 11, 20)
    known = [row["feature"] for row in rows["features"]]
    loved = dice.random.sample(known, dice.random.randint(0, len(known)))
    turn, after = dice.day(150, 0), dice.pick(0.0, 0.0, 0.5, 1.0, 1.0, 2.0)
    told_as = dice.pick("total", "features", "both")
    for back in range(200, -3, -1):
        on = AS_OF - timedelta(days=back)
        share = busy * (after if on > turn else 1)
        if dice.often(share if on.weekday() < 5 else share / 2):
            today = dice.random.randint(1, users)
            _use_of(dice, rows, name, on, today, today * depth, loved, told_as)


def _use_of(dice, rows, name, on, users, events, loved, told_as):
    row = {"account_id": name, "used_on": on, "feature": None, "active_users": users, "event_count": events}
    if told_as != "features" or not loved:
        _add(rows, "usage_daily", row)
    if told_as != "total":
        for feature in loved:
            share = dice.random.randint(0, events)
            part = {"feature": feature, "active_users": dice.random.randint(1, users), "event_count": share}
            _add(rows, "usage_daily", row | part)


def _tickets(dice, rows, name):
    is_billing, ratings = dice.often(0.2), dice.pick((1, 1, 2, 3), (1, 5, 5, 5), (3, 4, 5, 5), (4, 5, 5))
    for number in range(dice.pick(0, 1, 3, 6, 12, 25, 45)):
        created = dice.instant(dice.day(220))
        solved = dice.maybe(created + timedelta(hours=dice.pick(1, 30, 200, 1000)), 0.85)
        row = {
            "ticket_id": f"{name}-{number}",
            "account_id": name,
            "category": "billing" if is_billing and dice.often(0.6) else "technical",
            "priority": dice.pick("p0", "p1", "p2", "p3", "p3"),
            "status": "solved" if solved else "open",
            "created_at": created,
            "solved_at": solved,
            "csat": dice.maybe(dice.pick(*ratings), 0.6),
        }
        _add(rows, "tickets", row)
        if dice.often(0.2):
            changed = created + timedelta(hours=dice.pick(2, 48, 49, 300))
            old, new = dice.pick(("p0", row["priority"]), ("p2", row["priority"]), ("p1", "p0"))
            change = {"ticket_id": row["ticket_id"], "changed_at": changed, "field": "priority"}
            _add(rows, "ticket_changes", change | {"old_value": old, "new_value": new})


def _people(dice, rows, name):
    for number in range(dice.pick(0, 1, 3, 5)):
        contact = f"{name}-{number}"
        row = {
            "contact_id": contact,
            "account_id": name,
            "full_name": contact,
            "role": dice.pick("champion", "executive_sponsor", "technical_lead", "user"),
            "joined_on": dice.maybe(dice.day(500), 0.7),
            "departed_on": dice.maybe(dice.day(300), 0.3),
        }
        _add(rows, "contacts", row)
        if row["role"] == "executive_sponsor":
            for meeting in range(dice.some(3)):
                _activity(dice, rows, name, f"{contact}-{meeting}", "meeting", contact)
    for number in range(dice.some(8)):
        assigned = dice.day(300)
        row = {"account_id": name, "user_id": f"u{number}", "course": "basics", "assigned_on": assigned}
        done = dice.maybe(assigned + timedelta(days=dice.random.randint(0, 60)), dice.pick(0.1, 0.6, 1.0))
        _add(rows, "trainings", row | {"completed_on": done})
    for number in range(dice.some(14)):
        _activity(dice, rows, name, str(number), dice.pick("email", "call", "meeting", "webinar", "escalation"), None)


def _activity(dice, rows, name, number, kind, contact):
    row = {
        "activity_id": f"{name}-{number}",
        "account_id": name,
        "type": kind,
        "occurred_at": dice.instant(dice.day(180)),
        "was_attended": dice.pick(None, True, True, False),
        "contact_id": contact,
        "sentiment": dice.pick(None, "positive", "neutral", "negative"),
    }
    _add(rows, "activities", row)


def _money_and_answers(dice, rows, name):
    for number in range(dice.some(8)):
        due = dice.day(500, -40)
        row = {
            "invoice_id": f"{name}-{number}",
            "account_id": name,
            "issued_on": dice.maybe(due - timedelta(days=30), 0.8),
            "due_on": due,
            "paid_on": dice.maybe(due + timedelta(days=dice.pick(-10, -3, 0, 0, 1, 20)), 0.85),
        }
        status = dice.pick("paid", "paid", "void") if row["paid_on"] else dice.pick("open", "draft", "void")
        _add(rows, "invoices", row | {"status": status})
    level, turn, after = dice.pick(3, 6, 7, 8, 9), dice.day(200, 0), dice.pick(0, 0, -3, -5)
    for number in range(dice.pick(0, 3, 8, 14)):
        on = dice.day(300)
        row = {
            "response_id": f"{name}-{number}",
            "account_id": name,
            "respondent_id": f"r{dice.some(4)}",
            "survey": dice.pick("nps", "nps", "nps", None, "csat"),
            "score": min(10, max(0, level + (after if on > turn else 0) + dice.pick(-4, -1, 0, 0, 1))),
            "responded_at": dice.instant(on),
            "wave": dice.pick(None, None, None, "spring"),
        }
        _add(rows, "survey_responses", row)


def _events(dice, rows, name):
    for number in range(dice.pick(0, 1, 2, 4)):
        on = dice.day(300)
        row = {"signal_id": f"{name}-{number}", "account_id": name, "kind": dice.pick(*SIGNALS), "occurred_on": on}
        _add(rows, "signals", row | {"resolved_on": dice.maybe(on + timedelta(days=dice.random.randint(0, 120)), 0.4)})
    for number in range(dice.some(3)):
        item = {"feedback_id": f"{name}-{number}", "account_id": dice.maybe(name, 0.8), "received_on": dice.day(200)}
        _add(rows, "feedback_items", item)
    for number in range(dice.some(3)):
        on = dice.day(600)
        row = {"qbr_id": f"{name}-{number}", "account_id": name, "scheduled_on": on, "held_on": dice.maybe(on)}
        _add(rows, "qbrs", row | {"has_executive": dice.pick(None, True, False)})
    for number in range(dice.some(3)):
        _deal(dice, rows, name, number)
    if dice.often(0.4):
        _implementation(dice, rows, name)
    for number in range(dice.some(2)):
        _add(rows, "incidents", _incident(dice, name, number))
    if dice.often(0.15):
        band = dice.pick("healthy", "watch", "at_risk", "critical")
        made = dice.day(100)
        row = {"account_id": name, "made_on": made, "band": band, "reason": "known", "author": "Kim"}
        _add(rows, "overrides", row | {"expires_on": made + timedelta(days=dice.pick(0, 10, 60))})


def _deal(dice, rows, name, number):
    created, is_closed = dice.day(400), dice.often(0.6)
    row = {
        "opportunity_id": f"{name}-{number}",
        "account_id": name,
        "type": dice.pick("expansion", "expansion", "renewal"),
        "created_on": dice.maybe(created, 0.9),
        "close_on": created + timedelta(days=dice.random.randint(1, 150)),
        "is_closed": is_closed,
        "is_won": dice.maybe(is_closed and dice.often(0.6), 0.9),
    }
    _add(rows, "opportunities", row | {"opportunity_name": name})


def _implementation(dice, rows, name):
    started = dice.day(300, 20)
    original = started + timedelta(days=dice.pick(30, 60, 90))
    row = {
        "plan_id": name,
        "account_id": name,
        "started_on": started,
        "original_go_live_on": original,
        "target_go_live_on": dice.maybe(original + timedelta(days=dice.pick(0, 14, 15, 40)), 0.8),
        "went_live_on": dice.maybe(original + timedelta(days=dice.pick(-3, 0, 14, 15, 60)), 0.7),
    }
    _add(rows, "implementations", row)


def _incident(dice, name, number):
    started = dice.instant(dice.day(150))
    ended = dice.maybe(started + timedelta(minutes=dice.pick(10, 120, 299, 300, 301, 900)), 0.93)
    return {"incident_id": f"{name}-{number}", "account_id": name, "started_at": started, "ended_at": ended}
