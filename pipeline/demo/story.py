"""The whole story of one vendor: its customers, what they signed, when they were served; an export is a view of it."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from pipeline.demo.company import CORE, Account, Employee, csm_of, founded
from pipeline.demo.days import NEVER, add_months, to_day
from pipeline.demo.deals import Contract, negotiated
from pipeline.demo.dice import Dice
from pipeline.demo.life import Life, lived
from pipeline.demo.merger import Merger, merged

ANCHOR = date(2026, 10, 30)
MERGED_BEFORE_ANCHOR = 205
HANDOVER_BEFORE_ANCHOR = 430


@dataclass(frozen=True, slots=True)
class Stay:
    """The `turn`-th time in which an account was served without a break; `ends` is the last day of service or NEVER."""

    account: int
    starts: int
    ends: int
    turn: int


@dataclass(frozen=True, slots=True)
class Rollout:
    """How a new customer went live: planned and real dates as day numbers."""

    account: int
    started: int
    original: int
    live: int


@dataclass(frozen=True, slots=True)
class Story:
    """Everything that happens between the first and the last day; writers leave out what lies after their day."""

    dice: Dice
    first_day: int
    anchor: int
    last_day: int
    accounts: list[Account]
    life: Life
    contracts: list[Contract]
    merger: Merger
    stays: list[Stay]
    stays_of: dict[int, list[Stay]]
    disputed: Contract | None
    rollouts: dict[int, Rollout]

    def csm(self, account: int, day: int) -> Employee:
        """Who looks after the account on the day."""
        return csm_of(self.accounts[account], day, self.anchor - HANDOVER_BEFORE_ANCHOR)

    def served(self, accounts: NDArray[np.int64], days: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether each account is in service on its day."""
        inside = np.zeros(np.broadcast(accounts, days).shape, dtype=np.bool_)
        for starts, ends in _as_columns(self.stays, len(self.accounts)):
            inside |= (starts[accounts] <= days) & (days <= ends[accounts])
        return inside

    def first_stay(self) -> NDArray[np.int64]:
        """First day of service of each account, NEVER for prospects."""
        first = np.full(len(self.accounts), NEVER, dtype=np.int64)
        for stay in self.stays:
            first[stay.account] = min(first[stay.account], stay.starts)
        return first

    def live_days(self) -> NDArray[np.int64]:
        """The day each account went live, or its first day of service where no rollout is on record."""
        live = self.first_stay()
        for rollout in self.rollouts.values():
            live[rollout.account] = rollout.live
        return live


def told(seed: int, accounts: int, months: int, as_of: date) -> Story:
    """The story up to 120 days after as_of; a different as_of changes only how far it goes."""
    dice = Dice(seed)
    anchor = to_day(ANCHOR)
    first_day = add_months(to_day(ANCHOR.replace(day=1)), 1 - months)
    last_day = max(anchor, to_day(as_of)) + 120
    people = founded(dice, accounts, first_day, anchor - 8)
    life = lived(dice, len(people), first_day - 14, last_day)
    contracts = [
        contract
        for account in people
        if not account.is_prospect
        for contract in negotiated(dice, life, account, last_day, anchor)
    ]
    merger = merged(contracts, people, dice, anchor - MERGED_BEFORE_ANCHOR)
    stays = _stays(contracts, merger)
    stays_of: dict[int, list[Stay]] = {}
    for stay in stays:
        stays_of.setdefault(stay.account, []).append(stay)
    return Story(
        dice=dice,
        first_day=first_day,
        anchor=anchor,
        last_day=last_day,
        accounts=people,
        life=life,
        contracts=contracts,
        merger=merger,
        stays=stays,
        stays_of=stays_of,
        disputed=_disputed(life, people, contracts, merger, anchor - 30),
        rollouts=_rollouts(dice, life, people, first_day),
    )


def _stays(contracts: list[Contract], merger: Merger) -> list[Stay]:
    """Contracts of an account that follow each other within 30 days are one stay."""
    stays: list[Stay] = []
    for contract in sorted(contracts, key=lambda c: (c.account, c.starts, c.number)):
        if contract.account == merger.merged and contract.signed > merger.day:
            continue
        ends = min(contract.ends, contract.cancelled) if contract.ends == NEVER else contract.ends
        last = stays[-1] if stays and stays[-1].account == contract.account else None
        if last is not None and contract.starts <= last.ends + 31:
            stays[-1] = Stay(last.account, last.starts, max(last.ends, ends), last.turn)
        else:
            turn = 0 if last is None else last.turn + 1
            stays.append(Stay(contract.account, contract.starts, ends, turn))
    return stays


def _disputed(
    life: Life, accounts: list[Account], contracts: list[Contract], merger: Merger, day: int
) -> Contract | None:
    """The mid-market contract whose seat count is disputed before the anchor: that of the account under most strain."""
    spared = (merger.merged, merger.survivor)
    running = (
        c
        for c in contracts
        if c.product == CORE and c.starts < day - 90 and day + 150 < c.ends < NEVER
        if accounts[c.account].segment == "mid_market" and c.account not in spared
    )
    return max(running, key=lambda c: (life.strain(c.account, day), c.account), default=None)


def _as_columns(stays: list[Stay], accounts: int) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """The n-th stay of every account as two columns; accounts without one get an empty span."""
    columns: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
    for stay in stays:
        if stay.turn == len(columns):
            columns.append((np.full(accounts, NEVER, dtype=np.int64), np.full(accounts, -1, dtype=np.int64)))
        columns[stay.turn][0][stay.account] = stay.starts
        columns[stay.turn][1][stay.account] = stay.ends
    return columns


def _rollouts(dice: Dice, life: Life, accounts: list[Account], first_day: int) -> dict[int, Rollout]:
    chosen = [a for a in accounts if not a.is_prospect and a.starts >= first_day and not a.is_self_serve]
    return {account.index: _rollout(dice, life, account) for account in chosen}


def _rollout(dice: Dice, life: Life, account: Account) -> Rollout:
    i = account.index
    started = account.starts + dice.between(0, 6, "rollout", i)
    length = {"enterprise": 84, "mid_market": 49, "smb": 28}[account.segment] + dice.between(-7, 7, "rollout length", i)
    slips = dice.roll("slip", i) < 0.28 - 0.08 * life.mean(life.vigor, i, started)
    delay = dice.between(12, 45, "long slip", i) if slips else dice.between(-6, 8, "short slip", i)
    return Rollout(i, started, started + length, started + length + delay)
