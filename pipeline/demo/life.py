"""The hidden life of every account, week by week, and the law by which it leaves; nothing here is ever exported."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.demo.dice import Dice, Floats, sigmoid

GOOD, FAIR, POOR = 0, 1, 2
LEVELS = np.array([1.25, 0.1, -1.6])
FALL = np.array([0.0115, 0.0095, 0.0])
RISE = np.array([0.0, 0.021, 0.017])
CHURN_BASE = {"enterprise": -6.0, "mid_market": -4.3, "smb": -3.2}
CHURN_SHOCK = {"enterprise": 0.03, "mid_market": 0.08, "smb": 0.13}
STEEPNESS = 2.1


@dataclass(frozen=True, slots=True)
class Life:
    """Latent states, accounts by weeks: vigor (-2 to 2), trouble, sponsor stress and price pressure (0 and up)."""

    first_day: int
    vigor: Floats
    trouble: Floats
    sponsor: Floats
    price: Floats
    departures: NDArray[np.bool_]

    def week(self, day: int) -> int:
        """Index of the week that holds the day, inside the known range."""
        last: int = self.vigor.shape[1] - 1
        return min(max((day - self.first_day) // 7, 0), last)

    def mean(self, state: Floats, account: int, day: int, weeks: int = 6) -> float:
        """Mean of one state of one account over the weeks up to the day."""
        last = self.week(day) + 1
        return float(state[account, max(0, last - weeks) : last].mean())

    def strain(self, account: int, day: int) -> float:
        """What pushes an account to leave: the weeks up to the day, all states together."""
        means = [self.mean(state, account, day) for state in (self.vigor, self.trouble, self.sponsor, self.price)]
        return -means[0] + 0.45 * means[1] + 0.6 * means[2] + 0.8 * means[3]

    def at(self, state: Floats, accounts: NDArray[np.int64], days: NDArray[np.int64]) -> Floats:
        """The state of many accounts, each on its own day."""
        weeks = np.clip((days - self.first_day) // 7, 0, state.shape[1] - 1)
        values: Floats = state[accounts, weeks]
        return values


def lived(dice: Dice, accounts: int, first_day: int, last_day: int) -> Life:
    """Random walks with regime shifts from the first to the last day; a later last day only adds weeks."""
    weeks = (last_day - first_day) // 7 + 1
    who = np.arange(accounts)
    frailty = np.exp(0.7 * dice.normal("frailty", who))
    fit = 0.3 * dice.normal("fit", who)
    regime = dice.choice("regime at first", [0.60, 0.29, 0.11], who)
    trouble, sponsor, price = np.zeros(accounts), np.zeros(accounts), np.zeros(accounts)
    vigor = LEVELS[regime] + fit
    states = np.empty((4, weeks, accounts))
    departures = np.empty((weeks, accounts), dtype=np.bool_)
    for week in range(weeks):
        trouble = 0.9 * trouble + _trouble_shock(dice, who, week, regime)
        left = dice.uniform("departure", who, week) < 0.0042 * frailty**0.5
        sponsor = np.maximum(0.962 * sponsor, left)
        price = _price(dice, who, week, price)
        regime = _regime(dice, who, week, regime, frailty * (1 + 0.6 * trouble + 1.3 * sponsor))
        drawn = LEVELS[regime] + fit - 0.25 * trouble - 0.25 * sponsor
        vigor = vigor + 0.13 * (drawn - vigor) + 0.09 * dice.normal("vigor", who, week)
        states[:, week, :] = vigor, trouble, sponsor, price
        departures[week] = left
    by_account = states.transpose(0, 2, 1).copy()
    return Life(first_day, by_account[0], by_account[1], by_account[2], by_account[3], departures.T.copy())


def _trouble_shock(dice: Dice, who: NDArray[np.int64], week: int, regime: NDArray[np.int64]) -> Floats:
    hit = dice.uniform("trouble", who, week) < 0.014 + 0.016 * (regime == POOR)
    size: Floats = hit * -np.log(1 - dice.uniform("trouble size", who, week))
    return size


def _price(dice: Dice, who: NDArray[np.int64], week: int, price: Floats) -> Floats:
    draw = dice.uniform("price", who, week)
    begins = (price == 0) & (draw < 0.004)
    ends = (price > 0) & (draw < 0.03)
    size = 0.5 + dice.uniform("price size", who, week)
    return np.where(begins, size, np.where(ends, 0.0, price))


def _regime(
    dice: Dice, who: NDArray[np.int64], week: int, regime: NDArray[np.int64], pull: Floats
) -> NDArray[np.int64]:
    draw = dice.uniform("regime", who, week)
    falls = draw < FALL[regime] * pull
    rises = draw > 1 - RISE[regime]
    return np.clip(regime + falls - rises, GOOD, POOR)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one renewal decision, and how likely the hidden states alone and chance alone made a churn."""

    churned: bool
    from_states: float
    from_shock: float
    reason: str


def verdict(dice: Dice, life: Life, account: int, segment: str, day: int, turn: int) -> Verdict:
    """The churn law: a steep function of the strain, or a blow from outside that no state foretells."""
    strain = life.strain(account, day)
    from_states = float(sigmoid(CHURN_BASE[segment] + STEEPNESS * (strain + 0.25)))
    from_shock = CHURN_SHOCK[segment]
    by_shock = dice.roll("churn by shock", account, turn) < from_shock
    by_states = dice.roll("churn by states", account, turn) < from_states
    reason = _reason(dice, life, account, day, turn) if by_states else dice.pick(SHOCKS, "shock reason", account, turn)
    return Verdict(by_shock or by_states, from_states, from_shock, reason)


SHOCKS = ("strategic_shift", "strategic_shift", "other")


def _reason(dice: Dice, life: Life, account: int, day: int, turn: int) -> str:
    weights = [
        max(0.2, 0.8 - life.mean(life.vigor, account, day)),
        2.0 * life.mean(life.price, account, day),
        1.2 * life.mean(life.trouble, account, day),
        0.8 * life.mean(life.sponsor, account, day),
        0.1,
    ]
    names = ("product_fit", "pricing", "service", "strategic_shift", "other")
    return names[dice.weighted(weights, "churn reason", account, turn)]
