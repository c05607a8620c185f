"""Contracts of every account, term after term: renewals, upsells, late papers, churn, win-backs and one merger."""

from dataclasses import dataclass, replace

from pipeline.demo.company import ADD_ONS, CORE, Account
from pipeline.demo.days import NEVER, add_months, next_business_day
from pipeline.demo.dice import Dice, sigmoid
from pipeline.demo.life import Life, Verdict, verdict


@dataclass(frozen=True, slots=True)
class Contract:
    """One contract; money in the account's currency a year, days as day numbers, `ends` NEVER when open ended."""

    account: int
    number: int
    kind: str
    product: str
    starts: int
    ends: int
    term_months: int
    arr: int
    seats: int
    billing: str
    auto_renew: bool
    notice_days: int
    signed: int
    cancelled: int = NEVER
    reason: str = ""
    price_increase_pct: float | None = None
    decided: int = NEVER
    from_states: float = 0.0
    from_shock: float = 0.0

    @property
    def is_lost(self) -> bool:
        """Whether the customer decided to leave at the end of this contract."""
        return self.reason != ""


@dataclass(frozen=True, slots=True)
class Line:
    """One product on the table: its ARR and seats."""

    product: str
    arr: int
    seats: int


@dataclass(frozen=True, slots=True)
class Term:
    """One term of one account: when it runs and on which paper."""

    turn: int
    kind: str
    starts: int
    signed: int
    price_increase_pct: float | None
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """The conditions an account keeps from term to term."""

    billing: str
    auto_renew: bool
    notice_days: int
    is_open_ended: bool


def negotiated(dice: Dice, life: Life, account: Account, last_day: int, anchor: int) -> list[Contract]:
    """All contracts of one account up to the last day, in the order they were made."""
    paper = _paper(dice, account)
    term: Term | None = _first_term(dice, account)
    contracts: list[Contract] = []
    while term is not None and term.starts <= last_day:
        made, term = _lived_term(dice, life, account, paper, term, len(contracts), last_day, anchor)
        contracts.extend(made)
    return contracts


def _paper(dice: Dice, account: Account) -> Paper:
    i, segment = account.index, account.segment
    annual, quarterly = {"enterprise": (0.75, 0.25), "mid_market": (0.5, 0.35), "smb": (0.35, 0.15)}[segment]
    billing = ("annual", "quarterly", "monthly")[
        dice.weighted([annual, quarterly, 1 - annual - quarterly], "billing", i)
    ]
    if account.is_self_serve:
        return Paper("monthly", auto_renew=True, notice_days=0, is_open_ended=True)
    auto = dice.roll("auto renew", i) < {"enterprise": 0.35, "mid_market": 0.6, "smb": 0.8}[segment]
    notice = {"enterprise": 90, "mid_market": 60, "smb": 30}[segment] if auto or dice.roll("notice", i) < 0.3 else 0
    return Paper(billing, auto, notice, dice.roll("open ended", i) < 0.03)


def _first_term(dice: Dice, account: Account) -> Term:
    i = account.index
    lines = [Line(CORE, account.arr_size, account.seats)]
    for rank, product in enumerate(ADD_ONS):
        if not account.is_self_serve and dice.roll("add-on", i, rank) < 0.14:
            share = 0.12 + 0.12 * dice.roll("add-on size", i, rank)
            lines.append(Line(product, _hundreds(account.arr_size * share), max(2, account.seats // 3)))
    signed = account.starts - dice.between(4, 40, "first signature", i)
    signed = account.starts if account.is_self_serve else signed
    return Term(0, "New Business", account.starts, signed, None, tuple(lines))


def _hundreds(amount: float) -> int:
    return max(600, round(amount / 100) * 100)


def _months(dice: Dice, account: Account, turn: int) -> int:
    shares = {"enterprise": [0.55, 0.22, 0.23], "mid_market": [0.8, 0.12, 0.08], "smb": [0.95, 0.05, 0.0]}
    return (12, 24, 36)[dice.weighted(shares[account.segment], "term", account.index, turn)]


def _lived_term(
    dice: Dice, life: Life, account: Account, paper: Paper, term: Term, number: int, last_day: int, anchor: int
) -> tuple[list[Contract], Term | None]:
    """The contracts of one term and the term that follows, if one does before the last day."""
    if paper.is_open_ended:
        return _open_ended(dice, life, account, paper, term, number, last_day)
    i, turn = account.index, term.turn
    months = _months(dice, account, turn)
    ends = add_months(term.starts, months) - 1
    decision = ends + 1 - (paper.notice_days if paper.auto_renew else 0)
    heard = decision - (10 if paper.auto_renew else 40)
    made = [_contract(account, paper, term, line, number + n, months, ends) for n, line in enumerate(term.lines)]
    made += _upsells(dice, life, account, paper, term, made, number + len(made), min(last_day, ends - 80))
    if heard > last_day:
        return made, None
    word = verdict(dice, life, i, account.segment, heard, turn)
    judged = [replace(c, decided=heard, from_states=word.from_states, from_shock=word.from_shock) for c in made]
    if word.churned:
        return _left(dice, account, term, judged, word, heard, paper.auto_renew)
    return judged, _renewed(dice, life, account, paper, term, judged, ends, heard, anchor)


def _contract(
    account: Account, paper: Paper, term: Term, line: Line, number: int, months: int, ends: int, kind: str = ""
) -> Contract:
    return Contract(
        account=account.index,
        number=number,
        kind=kind or term.kind,
        product=line.product,
        starts=term.starts,
        ends=ends,
        term_months=months,
        arr=line.arr,
        seats=line.seats,
        billing=paper.billing,
        auto_renew=paper.auto_renew,
        notice_days=paper.notice_days,
        signed=term.signed,
        price_increase_pct=term.price_increase_pct,
    )


def _upsells(
    dice: Dice, life: Life, account: Account, paper: Paper, term: Term, made: list[Contract], number: int, until: int
) -> list[Contract]:
    """Co-termed upsells: a look every ten weeks, more often bought where things go well."""
    upsells: list[Contract] = []
    core = made[0]
    held = [contract.product for contract in made]
    for look, day in enumerate(range(term.starts + 90, until, 70)):
        vigor = life.mean(life.vigor, account.index, day)
        if dice.roll("upsell", account.index, term.turn, look) > 0.36 * float(sigmoid(1.8 * vigor - 0.7)):
            continue
        product = _upsold(dice, account, term.turn, look, held)
        held.append(product)
        share = 0.10 + 0.28 * dice.roll("upsell size", account.index, term.turn, look)
        line = Line(product, _hundreds(core.arr * share), max(1, int(core.seats * share)))
        months = max(1, round((core.ends + 1 - day) / 30.4))
        bought = replace(term, starts=day, signed=day - 6, price_increase_pct=None)
        upsells.append(
            _contract(account, paper, bought, line, number + len(upsells), months, core.ends, kind="Expansion")
        )
    return upsells


def _upsold(dice: Dice, account: Account, turn: int, look: int, held: list[str]) -> str:
    fresh = [product for product in ADD_ONS if product not in held]
    wants_seats = dice.roll("upsell seats", account.index, turn, look) < 0.55
    return CORE if wants_seats or not fresh else dice.pick(fresh, "upsell product", account.index, turn, look)


def _left(
    dice: Dice, account: Account, term: Term, made: list[Contract], word: Verdict, heard: int, auto_renew: bool
) -> tuple[list[Contract], Term | None]:
    """Notice is served (or the contract just lapses); some come back after a few months."""
    i, turn = account.index, term.turn
    ends = made[0].ends
    silent = not auto_renew and dice.roll("lapse", i, turn) < 0.4
    notice = NEVER if silent else min(ends, heard + dice.between(1, 9, "notice day", i, turn))
    lost = [replace(contract, cancelled=notice, reason=word.reason) for contract in made]
    if dice.roll("win-back", i, turn) > 0.07:
        return lost, None
    starts = ends + dice.between(95, 300, "win-back day", i, turn)
    line = Line(CORE, _hundreds(made[0].arr * 0.85), max(3, int(made[0].seats * 0.85)))
    return lost, Term(turn + 1, "New Business", starts, starts - 12, None, (line,))


def _renewed(
    dice: Dice, life: Life, account: Account, paper: Paper, term: Term, made: list[Contract], ends: int, heard: int,
    anchor: int,
) -> Term:  # fmt: skip
    i, turn = account.index, term.turn
    vigor = life.mean(life.vigor, i, heard)
    increase = _increase(dice, i, turn, vigor)
    change = _seat_change(dice, i, turn, vigor)
    lines = [
        Line(line.product, _hundreds(line.arr * (1 + increase / 100) * (change if line.product == CORE else 1.0)),
             max(2, int(line.seats * (change if line.product == CORE else 1.0))))
        for rank, line in enumerate(_merged_lines(made))
        if line.product == CORE or dice.roll("drop", i, turn, rank) > 0.22 * float(sigmoid(-2 * vigor))
    ]  # fmt: skip
    late = dice.roll("late renewal", i, turn)
    gap = dice.between(4, 26, "gap", i, turn) if not paper.auto_renew and late < 0.09 else 0
    starts = ends + 1 + gap
    signed = heard + dice.between(2, 11 if paper.auto_renew else 38, "signature", i, turn)
    if gap or late > 0.96 or (anchor - 28 < starts <= anchor and dice.roll("papers late", i, turn) < 0.3):
        signed = starts + dice.between(1, 4, "late papers", i, turn) + (0 if gap else 30)
    return Term(turn + 1, "Renewal", starts, next_business_day(signed), increase or None, tuple(lines))


def _increase(dice: Dice, account: int, turn: int, vigor: float) -> float:
    draw = dice.roll("increase", account, turn)
    if draw < 0.025:
        return float(dice.between(26, 34, "steep increase", account, turn))
    if draw < 0.62:
        return float(dice.between(3, 8, "usual increase", account, turn))
    return 0.0 if vigor > 0 or draw < 0.8 else -float(dice.between(5, 15, "discount", account, turn))


def _seat_change(dice: Dice, account: int, turn: int, vigor: float) -> float:
    draw = dice.gauss("seat change", account, turn)
    change = 1.03 + 0.05 * max(-1.5, min(1.5, vigor)) + 0.05 * draw
    if vigor < 0.1 and dice.roll("downsell", account, turn) < 0.35:
        change -= 0.1 + 0.2 * dice.roll("downsell size", account, turn)
    return max(0.5, change)


def _merged_lines(made: list[Contract]) -> list[Line]:
    """One line per product: co-termed upsells of a product are folded into its renewal."""
    lines: dict[str, Line] = {}
    for contract in made:
        held = lines.get(contract.product, Line(contract.product, 0, 0))
        lines[contract.product] = Line(contract.product, held.arr + contract.arr, held.seats + contract.seats)
    return list(lines.values())


def _open_ended(
    dice: Dice, life: Life, account: Account, paper: Paper, term: Term, number: int, last_day: int
) -> tuple[list[Contract], Term | None]:
    """A subscription that runs from month to month until it is cancelled; a look at the end of each quarter."""
    contract = _contract(account, paper, replace(term, lines=term.lines[:1]), _unit(account), number, 1, NEVER)
    for turn in range(1, 60):
        day = add_months(term.starts, 3 * turn) - 1
        if day - 6 > last_day:
            return [contract], None
        if day < life.first_day + 60:
            continue
        word = verdict(dice, life, account.index, account.segment, day - 20, turn)
        if word.churned and dice.roll("quarter", account.index, turn) < 0.3:
            lost = replace(contract, ends=day, cancelled=day - 5, reason=word.reason)
            return [lost if account.is_self_serve else replace(lost, ends=NEVER, cancelled=day)], None
    return [contract], None


def _unit(account: Account) -> Line:
    if not account.is_self_serve:
        return Line(CORE, account.arr_size, account.seats)
    return Line(CORE, account.seats * 600, account.seats)
