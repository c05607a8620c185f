"""The one merger of the story: which two customers, and whose id stands on which contract."""

from dataclasses import dataclass

from pipeline.demo.company import Account
from pipeline.demo.days import NEVER
from pipeline.demo.deals import Contract
from pipeline.demo.dice import Dice


@dataclass(frozen=True, slots=True)
class Merger:
    """Two customers that became one: contracts made after the day carry the survivor's id."""

    survivor: int
    merged: int
    day: int


def merged(contracts: list[Contract], accounts: list[Account], dice: Dice, day: int) -> Merger:
    """The two live mid-market accounts of one currency that merge on the day; the one with more ARR survives.

    A company too small to have two such accounts has no merger: its accounts are none and its day never comes.
    """
    spans: dict[int, int] = {}
    for contract in contracts:
        if contract.starts < day - 200:
            spans[contract.account] = max(spans.get(contract.account, 0), contract.ends)
    fit = [
        a for a in accounts
        if a.segment == "mid_market" and a.currency == "USD" and a.region == "NA"
        and day + 60 < spans.get(a.index, 0) < NEVER
    ]  # fmt: skip
    fit.sort(key=lambda a: (dice.roll("merger", a.index), a.index))
    if len(fit) < 2:
        return Merger(-1, -1, NEVER)
    first, second = sorted(fit[:2], key=lambda a: -a.arr_size)
    return Merger(first.index, second.index, day)


def owner_at_signing(contract: Contract, merger: Merger) -> int:
    """The account id that stands on the contract."""
    after = contract.account == merger.merged and contract.signed > merger.day
    return merger.survivor if after else contract.account
