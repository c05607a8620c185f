"""Finance's own books: month rates, and the ARR of every month end with its movements, from the contracts on file."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

import polars as pl

from pipeline.demo.company import RATES, Account
from pipeline.demo.days import NEVER, add_months, month_start, month_starts, to_date, to_day
from pipeline.demo.deals import Contract
from pipeline.demo.merger import owner_at_signing
from pipeline.demo.salesforce import status
from pipeline.demo.story import Story
from pipeline.demo.view import View, visible_contracts

GRACE = 30
MEASURES = ("opening", "new", "expansion", "reactivation", "contraction", "churn", "fx", "closing")


def rates(story: Story, until: int) -> dict[tuple[str, int], int]:
    """Ten-thousandths of a dollar for one unit of each currency, by month; a random walk around the long-run rate."""
    months = month_starts(add_months(story.first_day, -48), until)
    table: dict[tuple[str, int], int] = {}
    for place, (currency, middle) in enumerate(sorted(RATES.items())):
        drift = 0.0
        for number, month in enumerate(months):
            drift = 0.93 * drift + 0.011 * story.dice.gauss("rate", place, number)
            table[currency, month] = 10_000 if currency == "USD" else round(10_000 * middle * (1 + drift))
    return table


def exchange_rates(view: View) -> pl.DataFrame:
    """exchange_rates.csv."""
    rows = sorted(rates(view.story, view.cut).items(), key=lambda item: (item[0][1], item[0][0]))
    return pl.DataFrame(
        {
            "currency": [currency for (currency, _), _ in rows],
            "month_on": [to_date(month).isoformat() for (_, month), _ in rows],
            "rate_to_reporting": [f"{rate / 10_000:.4f}" for _, rate in rows],
        }
    )


@dataclass(frozen=True, slots=True)
class Ledger:
    """One account's contracts as finance sees them, oldest first, and whether an open gap may still be carried."""

    account: Account
    contracts: list[Contract]
    may_carry: bool

    def last_day(self, contract: Contract) -> int:
        """Last day of service."""
        return min(contract.ends, contract.cancelled) if contract.ends == NEVER else contract.ends

    def in_force(self, day: int) -> int:
        """Local ARR in force on the day."""
        return sum(c.arr for c in self.contracts if c.starts <= day <= self.last_day(c))

    def closing(self, day: int, today: int) -> int:
        """Local ARR on the day, with short gaps between two contracts carried at the last day's amount."""
        running = self.in_force(day)
        ended = [self.last_day(c) for c in self.contracts if self.last_day(c) < day]
        if running or not ended:
            return running
        last = max(ended)
        following = min((c.starts for c in self.contracts if c.starts > day), default=NEVER)
        if following < NEVER:
            return self.in_force(last) if following - last - 1 <= GRACE else 0
        return self.in_force(last) if self.may_carry and today - last <= GRACE else 0


def ledgers(view: View) -> list[Ledger]:
    """One ledger per account that ever had a contract; a merged account's contracts stand at the survivor."""
    merger, story = view.story.merger, view.story
    is_merged = merger.day <= view.cut
    contracts: dict[int, list[Contract]] = defaultdict(list)
    for account in story.accounts:
        for contract in visible_contracts(view, account.index):
            owner = owner_at_signing(contract, merger)
            contracts[merger.survivor if is_merged and owner == merger.merged else owner].append(contract)
    books: list[Ledger] = []
    for index, held in sorted(contracts.items()):
        held.sort(key=lambda c: (c.starts, c.number))
        last = max(held, key=lambda c: (min(c.ends, c.cancelled) if c.ends == NEVER else c.ends, c.number))
        left = last.cancelled <= view.cut or status(view, story.accounts[index]) == "Churned"
        books.append(Ledger(story.accounts[index], held, not left))
    return books


def segment(view: View, ledger: Ledger, rate: dict[tuple[str, int], int]) -> str:
    """The CRM's segment, or the size class of today's ARR where the CRM has none."""
    if ledger.account.index % 41 != 3:
        return ledger.account.segment
    dollars = ledger.closing(view.cut, view.cut) * rate[ledger.account.currency, month_start(view.cut)] / 10_000
    return "enterprise" if dollars > 100_000 else "mid_market" if dollars >= 25_000 else "smb"


def controls(view: View) -> pl.DataFrame:
    """controls.csv: every completed month since the story's first, per segment and for all."""
    rate = rates(view.story, view.cut)
    months = [m for m in month_starts(view.story.first_day, view.cut) if add_months(m, 1) - 1 <= view.cut]
    cents: dict[tuple[int, str, str], int] = defaultdict(int)
    segments = set()
    for ledger in ledgers(view):
        name = segment(view, ledger, rate)
        segments.add(name)
        for month in months:
            for measure, amount in _movements(view, ledger, month, rate).items():
                cents[month, measure, name] += amount
                cents[month, measure, "all"] += amount
    keys = [(m, measure, s) for m in months for measure in MEASURES for s in (*sorted(segments), "all")]
    return pl.DataFrame(
        {
            "month_on": [to_date(month).isoformat() for month, _, _ in keys],
            "measure": [measure for _, measure, _ in keys],
            "segment": [name for _, _, name in keys],
            "amount": [_dollars(cents[key]) for key in keys],
            "source": ["ledger close"] * len(keys),
        },
        schema=dict.fromkeys(("month_on", "measure", "segment", "amount", "source"), pl.String),
    )


def _dollars(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def _movements(view: View, ledger: Ledger, month: int, rate: dict[tuple[str, int], int]) -> dict[str, int]:
    """Opening, movement, fx and closing of one account in one month, in cents; ARR in hundreds makes them exact."""
    currency = ledger.account.currency
    before_month = add_months(month, -1)
    before = ledger.closing(month - 1, view.cut)
    after = ledger.closing(add_months(month, 1) - 1, view.cut)
    if not before and not after:
        return {}
    now, then = rate[currency, month], rate[currency, before_month]
    amounts = {
        "opening": before * then // 100,
        "fx": before * (now - then) // 100,
        "closing": after * now // 100,
    }
    if after != before:
        amounts[_kind(ledger, month, before, after)] = abs(after - before) * now // 100
    return amounts


def _kind(ledger: Ledger, month: int, before: int, after: int) -> str:
    if before and after:
        return "expansion" if after > before else "contraction"
    if before:
        return "churn"
    returned = min(c.starts for c in ledger.contracts if c.starts >= month)
    ended = [ledger.last_day(c) + 1 for c in ledger.contracts if ledger.last_day(c) < returned]
    return "reactivation" if ended and returned <= add_months(max(ended), 12) else "new"


def targets(view: View) -> pl.DataFrame:
    """targets.csv: the company's plan for fiscal years, quarters and months up to a year ahead."""
    rate = rates(view.story, view.cut)
    opening = {
        y: sum(
            ledger.closing(day, view.cut) * rate[ledger.account.currency, month_start(day)] // 10_000
            for ledger in ledgers(view)
        )
        for y in (2026, 2027)
        if (day := to_day(date(y - 1, 2, 1)) - 1) <= view.cut
    }
    rows: list[tuple[str, str, str, str]] = []
    for year, arr in opening.items():
        rows += [(str(year), "arr", "all", str(int(round(arr * 1.2, -4)))), (str(year), "nrr_pct", "all", "108.0"),
                 (str(year), "grr_pct", "all", "91.0"), (str(year), "nps", "all", "50")]  # fmt: skip
        for quarter in range(1, 5):
            value = str(int(round(arr * (1 + 0.05 * quarter), -4)))
            rows.append((f"{year}-Q{quarter}", "arr", "all", value))
        for m in range(1, 13):
            named = f"{year - (m < 12)}-{m % 12 + 1:02d}"
            rows.append((named, "arr", "all", str(int(round(arr * (1 + 0.2 * m / 12), -4)))))
    schema = dict.fromkeys(("period", "measure", "dimension", "value"), pl.String)
    return pl.DataFrame(rows, schema=schema, orient="row")
