"""Opportunities behind the contracts: new business, renewals and expansions, with the stages they went through."""

from dataclasses import dataclass, replace

from pipeline.demo.days import NEVER
from pipeline.demo.deals import Contract
from pipeline.demo.story import Story

STAGES = ("Prospecting", "Qualification", "Proposal", "Negotiation")
PROBABILITY = {
    "Prospecting": 10,
    "Qualification": 30,
    "Proposal": 55,
    "Negotiation": 80,
    "Closed Won": 100,
    "Closed Lost": 0,
}
FORECAST = {
    "Prospecting": "Pipeline", "Qualification": "Pipeline", "Proposal": "Best Case", "Negotiation": "Commit",
    "Closed Won": "Closed", "Closed Lost": "Omitted",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Opportunity:
    """One opportunity; `closes` is the day it was really won or lost, `plan` the close date first entered."""

    account: int
    number: int
    kind: str
    title: str
    amount: int
    first_amount: int
    created: int
    plan: int
    closes: int
    is_won: bool
    contract: int | None
    renews: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of an opportunity's history."""

    day: int
    stage: str
    amount: int
    close: int


def opportunities(story: Story) -> list[Opportunity]:
    """All opportunities, by account and number."""
    made: list[Opportunity] = []
    by_account: dict[int, list[Contract]] = {}
    for contract in story.contracts:
        by_account.setdefault(contract.account, []).append(contract)
    for account in story.accounts:
        if account.is_self_serve:
            continue
        contracts = by_account.get(account.index, [])
        found = [*_bought(story, contracts), *_renewals(story, contracts), *_tried(story, account.index)]
        if account.is_prospect:
            found = [_courted(story, account.index)]
        made.extend(replace(opportunity, number=_number(opportunity)) for opportunity in found)
    return sorted(made, key=lambda o: (o.account, o.number))


KINDS = {"New Business": 0, "Expansion": 1, "Renewal": 2}


def _number(opportunity: Opportunity) -> int:
    """A number that the same opportunity gets in every export."""
    base = opportunity.number if opportunity.contract is None else opportunity.contract
    lost = opportunity.contract is None
    return (KINDS[opportunity.kind] * 100 + base) if not lost else 300 + base


def _amounts(story: Story, account: int, number: int, amount: int) -> tuple[int, int]:
    factor = 0.85 + 0.3 * story.dice.roll("first amount", account, number)
    return amount, int(round(amount * factor, -2))


def _bought(story: Story, contracts: list[Contract]) -> list[Opportunity]:
    """Won new business and upsells, one per first contract or upsell."""
    won: list[Opportunity] = []
    for contract in contracts:
        is_first = contract.kind == "New Business" and contract.product == "Tidewick Core"
        if not is_first and contract.kind != "Expansion":
            continue
        i, n = contract.account, contract.number
        length = story.dice.between(35, 130, "sales cycle", i, n)
        since = story.accounts[i].since
        signed = since - 12 if is_first and n == 0 and since < contract.starts else contract.signed
        total = sum(c.arr for c in contracts if c.starts == contract.starts) if is_first else contract.arr
        amount, first = _amounts(story, i, n, total)
        created = signed - length
        plan = created + int(length * (0.7 + 0.4 * story.dice.roll("plan", i, n)))
        kind = "New Business" if is_first else "Expansion"
        won.append(Opportunity(i, n, kind, contract.product, amount, first, created, plan, signed, True, n))
    return won


def _renewals(story: Story, contracts: list[Contract]) -> list[Opportunity]:
    """One renewal opportunity per term, opened months before its end."""
    found: list[Opportunity] = []
    cores = [c for c in contracts if c.kind != "Expansion" and c.product == "Tidewick Core" and c.ends != NEVER]
    for core, after in zip(cores, [*cores[1:], None], strict=False):
        i, n = core.account, core.number
        lead = 180 if story.accounts[i].segment == "enterprise" else 110
        won = after is not None and after.kind == "Renewal"
        closes = after.signed if after is not None and won else NEVER
        if core.is_lost:
            closes = min(core.cancelled, core.ends + 15)
        total = sum(c.arr for c in contracts if c.ends == core.ends)
        amount, first = _amounts(story, i, n + 1000, total)
        created = max(core.starts + 30, core.ends - lead)
        title = "Tidewick renewal"
        found.append(Opportunity(i, n, "Renewal", title, amount, first, created, core.ends, closes, won, n, True))
    return found


def _tried(story: Story, account: int) -> list[Opportunity]:
    """Expansions that were talked about and came to nothing, or are still talked about."""
    tried: list[Opportunity] = []
    for stay in story.stays_of.get(account, []):
        for day in range(max(stay.starts + 150, story.first_day), min(stay.ends, story.last_day), 110):
            look = (day - story.first_day) // 110
            if story.dice.roll("tried", account, look) > 0.24:
                continue
            amount = int(
                round(story.accounts[account].arr_size * (0.1 + 0.2 * story.dice.roll("tried size", account, look)), -2)
            )
            length = story.dice.between(50, 170, "tried length", account, look)
            title = "More seats" if look % 2 else "Tidewick Forecast"
            tried.append(
                Opportunity(account, look, "Expansion", title, amount, amount, day, day + 80, day + length, False, None)
            )
    return tried


def _courted(story: Story, account: int) -> Opportunity:
    created = story.anchor - story.dice.between(20, 160, "courted", account)
    amount = story.accounts[account].arr_size
    return Opportunity(
        account, 0, "New Business", "Tidewick Core", amount, amount, created, created + 120, NEVER, False, None
    )


def history(opportunity: Opportunity) -> list[Step]:
    """Every change of the opportunity, oldest first: created, stages, a slip of the close date, the end."""
    o = opportunity
    ends = o.closes if o.closes != NEVER else o.plan
    first = 1 if o.kind == "Renewal" else 0
    stages = STAGES[first:]
    steps: list[Step] = []
    for place, stage in enumerate(stages):
        day = o.created + (ends - o.created) * place // len(stages)
        amount = o.amount if stage in ("Proposal", "Negotiation") else o.first_amount
        close = ends if place == len(stages) - 1 and o.closes != NEVER else o.plan
        steps.append(Step(day, stage, amount, close))
    if o.closes != NEVER:
        steps.append(Step(o.closes, "Closed Won" if o.is_won else "Closed Lost", o.amount, o.closes))
    return steps


def standing(opportunity: Opportunity, day: int) -> Step:
    """The newest entry of the history on a day; an overdue close date has been moved on by months."""
    step = [step for step in history(opportunity) if step.day <= day][-1]
    close = step.close
    while close < day and not step.stage.startswith("Closed"):
        close += 30
    return Step(step.day, step.stage, step.amount, close)
