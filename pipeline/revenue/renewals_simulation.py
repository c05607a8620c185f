"""The total of renewals, drawn many times with a seed: each band's chance once, shared by its contracts, then outcomes.

The forecast states its quantiles; the tests hold that they cover as often as they say.
"""

from typing import Any

import polars as pl

from pipeline.policy.renewals import Simulation

CHUNK = 200


def simulated(periods: pl.DataFrame, names: pl.Series, policy: Simulation) -> Any:
    """The total of each period in each draw, draws by periods, in the order of `names`.

    In one draw a band's chance is one quantile of its Beta, at every distance; an account's renewals stand or fall by
    one die, since customers leave as a whole. What is decided is no matter of chance. Seeded by the policy alone.
    """
    import numpy as np

    renewals = periods.unique("contract_id").sort("account_id", "contract_id")
    is_open = ~renewals["category"].is_in(["closed_won", "lost"])
    member = _membership(periods, renewals, names)
    amount = renewals["arr"].cast(pl.Float64).fill_null(0.0) * (1 - renewals["downsell_share"])
    sure = renewals["won_arr"].cast(pl.Float64).fill_null(0.0).to_numpy() @ member
    stake = (amount * is_open.cast(pl.Float64)).to_numpy()[:, None] * member
    account = renewals["account_id"].rle_id().to_numpy()
    dice = np.random.Generator(np.random.PCG64(policy.seed))
    chance, place = _drawn_chances(renewals, policy.draws, dice)
    width = int(account.max()) + 1 if renewals.height else 0
    total = np.empty((policy.draws, len(names)))
    for start in range(0, policy.draws, CHUNK):
        rows = slice(start, min(start + CHUNK, policy.draws))
        fate = dice.random((rows.stop - rows.start, width))
        stays = fate[:, account] < chance[rows][:, place]
        total[rows] = stays.astype(float) @ stake + sure
    return total


def _drawn_chances(renewals: pl.DataFrame, draws: int, dice: Any) -> tuple[Any, Any]:
    """A chance per draw and Beta, and which Beta each renewal goes by; those of one cell move together."""
    from scipy.stats import beta as beta_distribution

    shapes = renewals.select("cell", "alpha", "beta").unique().sort("cell", "alpha", "beta")
    luck = dice.random((draws, shapes["cell"].n_unique()))[:, shapes["cell"].rle_id().to_numpy()]
    chance = beta_distribution.ppf(luck, shapes["alpha"].to_numpy(), shapes["beta"].to_numpy())
    numbered = shapes.with_row_index("place")
    joined = renewals.join(numbered, on=["cell", "alpha", "beta"], how="left", maintain_order="left")
    return chance, joined["place"].to_numpy()


def _membership(periods: pl.DataFrame, renewals: pl.DataFrame, names: pl.Series) -> Any:
    """1 where a renewal (row) belongs to a period (column)."""
    import numpy as np

    at = renewals.select("contract_id").with_row_index("row")
    of = pl.DataFrame({"period": names}).with_row_index("column")
    pairs = periods.select("contract_id", "period").join(at, on="contract_id").join(of, on="period")
    member = np.zeros((renewals.height, len(names)))
    member[pairs["row"].to_numpy(), pairs["column"].to_numpy()] = 1.0
    return member
