"""Subscriptions and invoices in the billing system: contracts are mirrored there, self-serve ones live only there."""

from dataclasses import dataclass

from pipeline.demo.days import NEVER, add_months
from pipeline.demo.deals import Contract
from pipeline.demo.dice import sigmoid
from pipeline.demo.story import Story

PERIODS = {"annual": 12, "quarterly": 3, "monthly": 1}


@dataclass(frozen=True, slots=True)
class Invoice:
    """One invoice; amounts in cents of the account's currency, days as day numbers."""

    contract: Contract
    number: int
    issued: int
    due: int
    paid: int
    paid_minute: int
    cents: int
    is_void: bool


def invoices(story: Story) -> list[Invoice]:
    """All invoices of the story, in order of issue."""
    made = [invoice for contract in story.contracts for invoice in _of_contract(story, contract)]
    return sorted(made, key=lambda i: (i.issued, i.contract.account, i.contract.number, i.number))


def _of_contract(story: Story, contract: Contract) -> list[Invoice]:
    months = PERIODS[contract.billing]
    ends = min(contract.ends, contract.cancelled) if contract.ends == NEVER else contract.ends
    made: list[Invoice] = []
    for number in range(400):
        issued = add_months(contract.starts, months * number)
        if issued > min(ends, story.last_day):
            return made
        left = NEVER if ends == NEVER else max(1, round((ends + 1 - issued) / 30.4))
        cents = round(contract.arr * 100 * min(months, left) / 12)
        if issued >= story.first_day:
            made.append(_invoice(story, contract, number, issued, cents))
    return made


def _invoice(story: Story, contract: Contract, number: int, issued: int, cents: int) -> Invoice:
    dice, life, i = story.dice, story.life, contract.account
    key = (i, contract.number, number)
    by_card = story.accounts[i].is_self_serve
    due = issued + (7 if by_card else 30)
    vigor, price = life.mean(life.vigor, i, issued), life.mean(life.price, i, issued)
    is_late = dice.roll("late", *key) < float(sigmoid(-4.0 - 1.0 * vigor + 1.5 * price))
    on_time = issued if by_card else issued + dice.between(2, 28, "pays", *key)
    paid = due + dice.between(2, 40, "pays late", *key) if is_late else on_time
    leaving = contract.is_lost and contract.ends != NEVER and issued > contract.ends - 120
    unpaid = leaving and dice.roll("never pays", *key) < 0.08
    is_void = dice.roll("void", *key) < 0.006
    minute = dice.between(0, 1439, "pays minute", *key)
    return Invoice(contract, number, issued, due, NEVER if unpaid or is_void else paid, minute, cents, is_void)
