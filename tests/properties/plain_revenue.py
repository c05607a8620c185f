"""ARR and retention in plain Python, day by day and account by account: slow, and without a line in common."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from tests.properties.contract_books import Contract, Written

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
FAR = date(9999, 1, 1)
GRACE = 30
LOSING = ("contraction", "churn")


class Plain:
    """Books as known on one day."""

    def __init__(self, books: Written, as_of: date) -> None:
        self.books, self.as_of = books, as_of
        self.known: dict[str, list[Contract]] = defaultdict(list)
        for contract in books.contracts:
            if contract.signed_on <= as_of:
                self.known[contract.account_id].append(contract)
        self.status = {one.account_id: one.status for one in books.customers}
        self.months = self._months()

    def _months(self) -> list[date]:
        starts = [contract.starts_on for held in self.known.values() for contract in held]
        month, found = min(starts, default=FAR).replace(day=1), []
        while month <= self.as_of:
            found.append(month)
            month = (month + timedelta(days=32)).replace(day=1)
        return found

    def close(self, month: date) -> date:
        """The day a month closes on."""
        return min((month + timedelta(days=32)).replace(day=1) - timedelta(days=1), self.as_of)

    def cancelled(self, contract: Contract) -> date | None:
        """The day of notice, if it has come."""
        return contract.cancelled_on if contract.cancelled_on and contract.cancelled_on <= self.as_of else None

    def last(self, contract: Contract) -> date:
        """The last day of service."""
        return contract.ends_on or self.cancelled(contract) or FAR

    def serving(self, account: str, day: date) -> list[Contract]:
        """The contracts in force on a day."""
        return [one for one in self.known[account] if one.starts_on <= day <= self.last(one)]

    def counted(self, account: str, day: date) -> list[Contract]:
        """The contracts whose ARR counts on a day, the grace included."""
        running = self.serving(account, day)
        ended = [self.last(one) for one in self.known[account] if one.starts_on <= self.last(one) < day]
        if running or not ended:
            return running
        left = max(ended)
        returns = [one.starts_on for one in self.known[account] if one.starts_on > day]
        if returns:
            return self.serving(account, left) if (min(returns) - left).days - 1 <= GRACE else []
        stays = any(self.last(one) == left and not self.cancelled(one) for one in self.known[account])
        is_carried = stays and self.status[account] != "churned" and (self.as_of - left).days <= GRACE
        return self.serving(account, left) if is_carried else []

    def rate(self, currency: str, month: date) -> Decimal | None:
        """The month's rate, else the latest before it."""
        if currency == "USD":
            return Decimal(1)
        earlier = [day for name, day in self.books.rates if name == currency and day <= month]
        return self.books.rates[currency, max(earlier)] if earlier else None

    def worth(self, contract: Contract, month: date) -> Decimal | None:
        """A contract's ARR at a month's rate, half up to the cent."""
        rate = self.rate(contract.currency, month)
        return None if rate is None else (contract.arr * rate).quantize(CENT, ROUND_HALF_UP)

    def total(self, contracts: list[Contract], month: date) -> Decimal:
        """What contracts are worth together; one without a rate is not known and adds nothing."""
        return sum((self.worth(one, month) or ZERO for one in contracts), ZERO)

    def movements(self) -> dict[tuple[str, date, str], Decimal]:
        """By account, month and kind; fx is signed."""
        found = {}
        for account in self.known:
            for month, before in zip(self.months, [None, *self.months], strict=False):
                moved, fx = self._moved(account, month, before)
                if moved:
                    found[account, month, self._kind(account, month, before)] = abs(moved)
                if fx:
                    found[account, month, "fx"] = fx
        return found

    def _moved(self, account: str, month: date, before: date | None) -> tuple[Decimal, Decimal]:
        now = self.counted(account, self.close(month))
        then = self.counted(account, self.close(before)) if before else []
        moved = ZERO
        for part in {(one.product, one.currency) for one in [*now, *then]}:
            has = [one for one in now if (one.product, one.currency) == part]
            had = [one for one in then if (one.product, one.currency) == part]
            if sum(one.arr for one in has) != sum(one.arr for one in had):
                moved += self.total(has, month) - self.total(had, month)
        opening = self.total(then, before) if before else ZERO
        return moved, self.total(now, month) - opening - moved

    def _kind(self, account: str, month: date, before: date | None) -> str:
        has = sum(one.arr for one in self.counted(account, self.close(month)))
        had = sum(one.arr for one in self.counted(account, self.close(before))) if before else 0
        if had and has:
            return "expansion" if self._moved(account, month, before)[0] > 0 else "contraction"
        if had:
            return "churn"
        return "reactivation" if before and self._is_back(account, self.close(before)) else "new"

    def _is_back(self, account: str, closed: date) -> bool:
        paid = [one for one in self.known[account] if one.arr and one.starts_on <= self.last(one)]
        day, left = closed, None
        earlier = [self.last(one) for one in paid if one.starts_on <= closed]
        if not earlier:
            return False
        left = max(earlier) + timedelta(days=1)
        returns = min(one.starts_on for one in paid if one.starts_on > day)
        year = left.year + 1
        same = left.replace(year=year) if (left.month, left.day) != (2, 29) else date(year, 2, 28)
        return returns <= same

    def bridge(self, accounts: list[str]) -> dict[date, dict[str, Decimal]]:
        """Opening, kinds and closing by month for some accounts."""
        movements, lines, opening = self.movements(), {}, ZERO
        for month in self.months:
            line = {"opening": opening}
            for kind in ("new", "expansion", "reactivation", "contraction", "churn", "fx"):
                line[kind] = sum((movements.get((one, month, kind), ZERO) for one in accounts), ZERO)
            line["closing"] = sum((self.total(self.counted(one, self.close(month)), month) for one in accounts), ZERO)
            lines[month], opening = line, line["closing"]
        return lines

    def retained(self, account: str, closing: date, months: int) -> tuple[Decimal, Decimal] | None:
        """ARR then and now at the opening's rate; None for an account without ARR then, or with an unknown rate."""
        index = closing.year * 12 + closing.month - 1 - months
        opening = date(index // 12, index % 12 + 1, 1)
        if opening < self.months[0]:
            return None
        held = [self.counted(account, self.close(opening)), self.counted(account, self.close(closing))]
        paid = [one for contracts in held for one in contracts if one.arr]
        then = self.total(held[0], opening)
        if then == 0 or any(self.worth(one, opening) is None for one in paid):
            return None
        return then, self.total(held[1], opening)


def kaplan_meier(lives: list[tuple[int, bool]]) -> dict[int, tuple[int, float, float | None]]:
    """By tenure at which someone left: at risk, share that stays, and Greenwood's error."""
    share, spread, curve = 1.0, 0.0, {}
    for day in sorted({days for days, is_left in lives if is_left}):
        at_risk = sum(days >= day for days, _ in lives)
        left = sum(days == day and is_left for days, is_left in lives)
        share *= 1 - left / at_risk
        spread += left / (at_risk * (at_risk - left)) if at_risk > left else 0.0
        curve[day] = (at_risk, share, share * spread**0.5 if share > 0 else None)
    return curve
