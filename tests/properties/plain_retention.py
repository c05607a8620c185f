"""Retention by dimension and decided renewals in plain Python, one contract at a time, over the books of one day."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from tests.properties.contract_books import Contract
from tests.properties.plain_revenue import CENT, GRACE, ZERO, Plain

Pair = tuple[Decimal, Decimal]
ANY = object()


@dataclass(frozen=True)
class Decided:
    """A renewal whose decision is over: what was due of which contract, and what of a successor is its own."""

    contract: Contract
    decided_on: date
    share: Decimal
    successor: Contract | None


def months_before(month: date, months: int) -> date:
    index = month.year * 12 + month.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)


def kept(plain: Plain, account: str, closing: date, months: int, product: object = ANY) -> Pair | None:
    """ARR then and now at the opening's rate, of one product if asked; None without ARR then or with an unknown rate."""
    opening = months_before(closing, months)
    if opening < plain.months[0]:
        return None
    held = [
        [one for one in plain.counted(account, plain.close(month)) if product is ANY or one.product == product]
        for month in (opening, closing)
    ]
    then = plain.total(held[0], opening)
    paid = [one for contracts in held for one in contracts if one.arr]
    if then == 0 or any(plain.worth(one, opening) is None for one in paid):
        return None
    return then, plain.total(held[1], opening)


def by_value(plain: Plain, dimension: str, closing: date, months: int) -> dict[str, list[Pair]]:
    """The pairs of every value of a dimension: segment, start_quarter, tier or product."""
    found: dict[str, list[Pair]] = defaultdict(list)
    segments = {one.account_id: one.segment for one in plain.books.customers}
    for account, contracts in plain.known.items():
        products = {one.product for one in contracts} if dimension == "product" else [ANY]
        for product in products:
            pair = kept(plain, account, closing, months, product)
            if pair:
                value = {
                    "segment": segments[account],
                    "start_quarter": start_quarter(plain, account),
                    "tier": tier(pair[0]),
                    "product": product or "unknown",
                }[dimension]
                found[str(value)].append(pair)
    return found


def start_quarter(plain: Plain, account: str) -> str:
    """The calendar quarter of the first paid day."""
    first = min(one.starts_on for one in plain.known[account] if one.arr and one.starts_on <= plain.last(one))
    return f"{first.year}-Q{(first.month + 2) // 3}"


def tier(arr: Decimal) -> str:
    """Over 100,000, from 25,000, and below."""
    if arr > 100_000:
        return "enterprise"
    return "mid_market" if arr >= 25_000 else "starter"


def decided(plain: Plain) -> list[Decided]:
    """Every renewal of a paid contract with an end that is decided."""
    ending = [one for held in plain.known.values() for one in held if one.arr and one.ends_on]
    followed = {one.contract_id: successor(plain, one) for one in ending}
    shares = split(ending, followed)
    return [
        Decided(one, one.ends_on + timedelta(days=1), shares[one.contract_id], followed[one.contract_id])
        for one in ending
        if one.ends_on and one.ends_on < plain.as_of and is_over(plain, one, followed[one.contract_id])
    ]


def is_over(plain: Plain, one: Contract, after: Contract | None) -> bool:
    """Signed, cancelled, or ended and no longer waited for."""
    if after or plain.cancelled(one):
        return True
    is_waited_for = (plain.as_of - one.ends_on).days <= GRACE and plain.status[one.account_id] != "churned"  # type: ignore[operator]
    return not is_waited_for


def successor(plain: Plain, one: Contract) -> Contract | None:
    """The contract that follows: same product or none named, later, within 30 days of the renewal."""
    renewal = one.ends_on + timedelta(days=1)  # type: ignore[operator]
    found = [
        other
        for other in plain.known[one.account_id]
        if other is not one
        and (other.product is None or one.product is None or other.product == one.product)
        and other.starts_on > one.starts_on
        and abs((other.starts_on - renewal).days) <= 30
    ]
    return min(found, key=lambda other: (other.signed_on, other.starts_on, other.contract_id), default=None)


def split(ending: list[Contract], followed: dict[str, Contract | None]) -> dict[str, Decimal]:
    """What of its successor is each contract's: by its own amount, half up to the cent, the last by id takes the rest."""
    shares: dict[str, Decimal] = defaultdict(lambda: ZERO)
    groups: dict[str, list[Contract]] = defaultdict(list)
    for one in sorted(ending, key=lambda one: one.contract_id):
        after = followed[one.contract_id]
        if after:
            groups[after.contract_id].append(one)
    for mine in groups.values():
        whole = followed[mine[0].contract_id].arr  # type: ignore[union-attr]
        due = sum(one.arr for one in mine)
        for one in mine[:-1]:
            shares[one.contract_id] = (whole * one.arr / due).quantize(CENT, ROUND_HALF_UP)
        shares[mine[-1].contract_id] = whole - sum(shares[one.contract_id] for one in mine[:-1])
    return shares


def renewed(plain: Plain, found: list[Decided], closing: date, months: int) -> tuple[int, Decimal, Decimal]:
    """Count, due and renewed of the decisions of a period, at the opening's rate."""
    opening, first = months_before(closing, months), months_before(closing, months - 1)
    count, due, won = 0, ZERO, ZERO
    for one in found:
        amount = plain.worth(one.contract, opening)
        if not first <= one.decided_on.replace(day=1) <= closing or amount is None:
            continue
        rate = plain.rate(one.successor.currency, opening) if one.successor else None
        own = (one.share * rate).quantize(CENT, ROUND_HALF_UP) if rate is not None else ZERO
        count, due, won = count + 1, due + amount, won + min(amount, own)
    return count, due, won
