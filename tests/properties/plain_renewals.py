"""Chances and expectations of renewals in plain Python, one contract at a time: written from the rules, not the code."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

PRIORS = {"healthy": 0.95, "watch": 0.75, "at_risk": 0.45, "critical": 0.25}
WEIGHT = 20
DISTANCES = (90, 60, 30)
GRACE = 30


@dataclass(frozen=True)
class Term:
    """A term as the book has it."""

    name: str
    account: str
    known_on: date
    starts_on: date
    ends_on: date
    arr: Decimal
    cancelled_on: date | None
    successor_on: date | None
    won: Decimal | None


Bands = dict[tuple[str, date], str]


def chance_of(
    terms: list[Term], bands: Bands, as_of: date, distance: int, band: str | None, on: date
) -> tuple[float, int]:
    """The chance of a renewal of a band seen from a distance, as known on a day, and the own renewals behind it."""
    cell = band if band in PRIORS else None
    won = lost = 0
    for term in terms:
        week = _week(as_of, term.ends_on + timedelta(days=1 - distance))
        if week is None or not _open(term, week) or (term.account, week) not in bands:
            continue
        if cell is not None and bands[term.account, week] != cell:
            continue
        outcome = _outcome(term, on)
        won += outcome == "won"
        lost += outcome == "lost"
    prior = PRIORS[cell] if cell else sum(PRIORS.values()) / 4
    return (WEIGHT * prior + won) / (WEIGHT + won + lost), won + lost


def downsell_on(terms: list[Term], on: date) -> float:
    """What renewals known by a day gave up of what was due."""
    due = given = Decimal(0)
    for term in terms:
        if term.won is not None and _outcome(term, on) == "won":
            due += term.arr
            given += max(Decimal(0), term.arr - term.won)
    return float(given) / float(due) if due else 0.0


def distance_for(days: int) -> int:
    """The distance a renewal so many days off is looked at from."""
    return next((step for step in sorted(DISTANCES) if days <= step), max(DISTANCES))


def expected_of(term: Term, terms: list[Term], bands: Bands, as_of: date) -> float:
    """What is expected of a renewal that is due."""
    if term.successor_on is not None and term.successor_on <= as_of:
        return float(min(term.arr, term.won if term.won is not None else term.arr))
    if term.cancelled_on is not None and term.cancelled_on <= as_of:
        return 0.0
    days = (term.ends_on + timedelta(days=1) - as_of).days
    chance, _ = chance_of(terms, bands, as_of, distance_for(days), bands.get((term.account, as_of)), as_of)
    return chance * float(term.arr) * (1 - downsell_on(terms, as_of))


def _week(as_of: date, day: date) -> date | None:
    """The last panel week by a day; none in the future."""
    week = as_of
    while week > day:
        week -= timedelta(days=7)
    return week if day <= as_of else None


def _open(term: Term, day: date) -> bool:
    return (
        term.known_on <= day
        and term.starts_on <= day
        and not (term.successor_on is not None and term.successor_on <= day)
        and not (term.cancelled_on is not None and term.cancelled_on <= day)
    )


def _outcome(term: Term, on: date) -> str | None:
    """What was known of a renewal on a day."""
    renewal = term.ends_on + timedelta(days=1)
    if renewal > on:
        return None
    if term.successor_on is not None and term.successor_on <= on:
        return "won"
    if term.cancelled_on is not None and term.cancelled_on <= on:
        return "lost"
    return "lost" if (on - term.ends_on).days > GRACE else None
