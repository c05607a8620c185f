"""ARR over generated books: it closes to the cent, agrees with a slow plain version, and looks at nothing later."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy import stats

from pipeline.revenue.survival import curves
from tests.properties.contract_books import Contract, Written, reckoned, with_rate_changed, written
from tests.properties.plain_retention import by_value, decided, renewed
from tests.properties.plain_revenue import Plain, kaplan_meier
from tests.sql.company import AS_OF

ZERO = Decimal("0.00")
GAINS = ("new", "expansion", "reactivation", "fx")
LOSSES = ("contraction", "churn")
CHANGED = ("EUR", date(2025, 3, 1))


@pytest.fixture(scope="module")
def books() -> Written:
    return written(300, seed=5)


@pytest.fixture(scope="module")
def found(books: Written, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, pl.DataFrame]]:
    with reckoned(tmp_path_factory.mktemp("books"), books) as tables:
        yield tables


@pytest.fixture(scope="module")
def plain(books: Written) -> Plain:
    return Plain(books, AS_OF)


def left_over(bridge: pl.DataFrame) -> list[Decimal]:
    """What does not close, and what does not open where the month before closed."""
    moved = sum((pl.col(kind) for kind in GAINS), pl.col("opening")) - pl.col("contraction") - pl.col("churn")
    by = bridge.columns[1]
    opens = pl.col("opening") - pl.col("closing").shift(1).over(by).fill_null(ZERO)
    rows = bridge.sort(by, "month_on").select(off=moved - pl.col("closing"), jump=opens)
    return [*rows["off"].unique(), *rows["jump"].unique()]


def assert_closes(tables: dict[str, pl.DataFrame]) -> None:
    assert set(left_over(tables["arr_bridge"])) == {ZERO}
    assert set(left_over(tables["arr_bridge_by_currency"])) == {ZERO}
    parts = tables["arr_bridge"].filter(pl.col("segment") != "all").group_by("month_on").agg(pl.col("closing").sum())
    whole = tables["arr_bridge"].filter(pl.col("segment") == "all").select("month_on", "closing")
    assert parts.join(whole, on="month_on").filter(pl.col("closing") != pl.col("closing_right")).is_empty()


def test_the_bridge_closes_in_total_per_book_and_per_currency(found: dict[str, pl.DataFrame]) -> None:
    assert found["arr_bridge"]["segment"].n_unique() > 200
    assert_closes(found)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(10))
def test_ten_thousand_books_close(seed: int, tmp_path: Path) -> None:
    with reckoned(tmp_path / "books", written(1000, seed=100 + seed)) as tables:
        assert_closes(tables)
        assert_bounds(tables)


def assert_bounds(tables: dict[str, pl.DataFrame]) -> None:
    for name in ("retention", "retention_quarters"):
        rows = tables[name]
        assert rows.height > 0
        assert rows.filter((pl.col("grr_pct") > 100) | (pl.col("grr_pct") > pl.col("nrr_pct"))).is_empty()
        assert rows.filter(pl.col("grr_pct").is_null() | (pl.col("grr_pct") < 0)).is_empty()


def test_gross_retention_is_never_over_100_and_never_over_net(found: dict[str, pl.DataFrame]) -> None:
    assert_bounds(found)


def test_every_movement_is_that_of_the_slow_version_to_the_cent(found: dict[str, pl.DataFrame], plain: Plain) -> None:
    seen = {(account, month, kind): amount for account, month, kind, amount in found["arr_movements"].iter_rows()}
    assert seen == plain.movements()
    assert {kind for _, _, kind in seen} == {*GAINS, *LOSSES}


def test_the_whole_bridge_is_that_of_the_slow_version(found: dict[str, pl.DataFrame], plain: Plain) -> None:
    rows = found["arr_bridge"].filter(pl.col("segment") == "all").drop("segment").to_dicts()
    assert {row.pop("month_on"): row for row in rows} == plain.bridge(list(plain.known))


@pytest.mark.parametrize(("table", "months"), [("retention", 12), ("retention_quarters", 3)])
def test_retention_is_that_of_the_slow_version(
    table: str, months: int, found: dict[str, pl.DataFrame], plain: Plain
) -> None:
    rows = found[table].filter(pl.col("dimension") == "all").sort("period_ends_on").to_dicts()
    assert len(rows) > 5
    for row in rows:
        closing = row["period_ends_on"].replace(day=1)
        pairs = [pair for account in plain.known if (pair := plain.retained(account, closing, months))]
        then = sum(pair[0] for pair in pairs)
        assert (row["cohort_accounts"], row["opening_arr"]) == (len(pairs), then)
        assert row["closing_arr"] == sum(pair[1] for pair in pairs)
        assert row["kept_arr"] == sum(min(pair) for pair in pairs)
        assert row["kept_accounts"] == sum(pair[1] > 0 for pair in pairs)
        assert row["grr_pct"] == pytest.approx(float(100 * sum(min(pair) for pair in pairs) / then), rel=1e-12)


@pytest.mark.parametrize(("table", "months"), [("retention", 12), ("retention_quarters", 3)])
@pytest.mark.parametrize("dimension", ["segment", "start_quarter", "tier", "product"])
def test_retention_by_every_dimension_is_that_of_the_slow_version(
    dimension: str, table: str, months: int, found: dict[str, pl.DataFrame], plain: Plain
) -> None:
    rows = found[table].filter(pl.col("dimension") == dimension)
    ends = rows["period_ends_on"].unique().sort()[::5]
    assert len(ends) >= 2
    for ends_on in ends:
        expected = by_value(plain, dimension, ends_on.replace(day=1), months)
        seen = {row["value"]: row for row in rows.filter(pl.col("period_ends_on") == ends_on).to_dicts()}
        assert seen.keys() == expected.keys()
        for value, pairs in expected.items():
            row = seen[value]
            assert row["cohort_accounts"] == len(pairs)
            assert row["opening_arr"] == sum(then for then, _ in pairs)
            assert row["closing_arr"] == sum(now for _, now in pairs)
            assert row["kept_arr"] == sum(min(pair) for pair in pairs)


@pytest.mark.parametrize(("table", "months"), [("retention", 12), ("retention_quarters", 3)])
def test_the_renewal_rate_is_that_of_the_slow_version(
    table: str, months: int, found: dict[str, pl.DataFrame], plain: Plain
) -> None:
    over = decided(plain)
    rows = found[table].filter(pl.col("dimension") == "all").to_dicts()
    for row in rows:
        count, due, won = renewed(plain, over, row["period_ends_on"].replace(day=1), months)
        assert (row["decided_contracts"], row["due_arr"], row["renewed_arr"]) == (count, due, won)
        if due:
            assert row["renewal_rate_pct"] == pytest.approx(float(100 * won / due), rel=1e-12)
    assert sum(row["decided_contracts"] for row in rows) > 100


def test_dimensions_of_an_account_add_up_to_all(found: dict[str, pl.DataFrame]) -> None:
    sums = found["retention"].group_by("period_ends_on", "dimension").agg(pl.col("opening_arr", "kept_arr").sum())
    whole = sums.filter(pl.col("dimension") == "all").drop("dimension")
    for dimension in ("segment", "industry", "region", "csm", "start_quarter", "tier", "product"):
        part = sums.filter(pl.col("dimension") == dimension).drop("dimension")
        if dimension != "product":
            assert part.sort("period_ends_on").equals(whole.sort("period_ends_on")), dimension


def test_the_year_under_net_retention_reconciles_with_the_bridge(found: dict[str, pl.DataFrame]) -> None:
    assert found["retention_reconciled"].height > 100
    assert found["retention_reconciled"]["residual"].unique().to_list() == [ZERO]


def test_movements_by_product_add_up_to_the_netted_ones(found: dict[str, pl.DataFrame]) -> None:
    signs = {**dict.fromkeys((*GAINS, "moved"), 1), **dict.fromkeys(LOSSES, -1)}
    signed = pl.col("amount") * pl.col("kind").replace_strict(signs, return_dtype=pl.Int64)
    netted = found["arr_movements"].group_by("account_id", "month_on").agg(signed.sum().alias("netted"))
    parts = (
        found["arr_movements_by_product"]
        .group_by("account_id", "month_on")
        .agg(signed.sum().alias("parts"), pl.col("amount").filter(pl.col("kind") == "moved").sum().alias("moved"))
    )
    both = netted.join(parts, on=["account_id", "month_on"], how="full", coalesce=True).with_columns(
        pl.col("netted", "parts", "moved").fill_null(ZERO)
    )
    assert both.filter((pl.col("netted") != pl.col("parts")) | (pl.col("moved") != 0)).is_empty()
    assert found["arr_movements_by_product"].filter(pl.col("kind") == "moved").height > 10


def test_a_rate_moves_only_its_own_month_and_the_opening_after(
    books: Written, found: dict[str, pl.DataFrame], tmp_path: Path
) -> None:
    month = CHANGED[1]
    with reckoned(tmp_path / "changed", with_rate_changed(books, *CHANGED)) as changed:
        key = ["month_on", "segment"]
        both = found["arr_bridge"].join(changed["arr_bridge"], on=key, suffix="_new")
        names = ["opening", *GAINS, *LOSSES, "closing"]
        moved = {
            (row["month_on"], name) for row in both.to_dicts() for name in names if row[name] != row[f"{name}_new"]
        }
    later = {line for line in moved if line[0] != month}
    assert {line for line in moved if line[0] == month}
    filled = [after for after in books.rates if after[0] == "EUR" and after[1] > month]
    until = min(after for _, after in filled)
    assert all(month < on <= until and name in ("opening", "fx", "closing", *GAINS, *LOSSES) for on, name in later)
    assert {name for on, name in later if on == until} <= {"opening", "fx"}


def test_nothing_signed_after_the_day_moves_anything(
    books: Written, found: dict[str, pl.DataFrame], tmp_path: Path
) -> None:
    later = [
        Contract(
            f"late-{number}",
            one.account_id,
            "core",
            AS_OF - timedelta(days=90),
            None,
            Decimal("777.77"),
            "USD",
            AS_OF + timedelta(days=1 + number),
        )
        for number, one in enumerate(books.customers[:50])
    ]
    more = Written(books.customers, [*books.contracts, *later], {**books.rates, ("EUR", date(2026, 7, 1)): Decimal(9)})
    with reckoned(tmp_path / "later", more) as tables:
        for name in ("arr_movements", "arr_bridge", "retention", "cohorts", "survival", "restatements"):
            assert tables[name].equals(found[name]), name


def lives_of(count: int, seed: int) -> list[tuple[int, bool]]:
    import random

    dice = random.Random(seed)
    return [(dice.randint(1, 60), dice.random() < 0.4) for _ in range(count)]


def curve_of(lives: list[tuple[int, bool]]) -> pl.DataFrame:
    rows = pl.DataFrame(lives, schema={"tenure_days": pl.Int64, "is_left": pl.Boolean}, orient="row")
    curve = curves(rows.with_columns(dimension=pl.lit("all"), value=pl.lit("all")), 1.959964)
    return curve.filter(pl.col("churned") > 0)


@pytest.mark.filterwarnings("ignore:The confidence interval is undefined:RuntimeWarning")
@pytest.mark.parametrize("seed", range(20))
def test_the_survival_curve_is_that_of_the_slow_version(seed: int) -> None:
    lives = lives_of(1 + 7 * seed, seed)
    expected = kaplan_meier(lives)
    seen = curve_of(lives)
    assert seen["tenure_days"].to_list() == sorted(expected)
    for day, at_risk, share, error in seen.select("tenure_days", "at_risk", "survival_pct", "error_pct").iter_rows():
        assert at_risk == expected[day][0]
        assert share / 100 == pytest.approx(expected[day][1], abs=1e-12)
        assert error is None if expected[day][2] is None else error / 100 == pytest.approx(expected[day][2], abs=1e-12)


@pytest.mark.filterwarnings("ignore:The confidence interval is undefined:RuntimeWarning")
@pytest.mark.parametrize("seed", range(20))
def test_the_survival_curve_is_that_of_a_statistics_library(seed: int) -> None:
    lives = lives_of(3 + 11 * seed, seed)
    censored = stats.CensoredData(
        uncensored=[days for days, is_left in lives if is_left], right=[days for days, is_left in lives if not is_left]
    )
    curve = stats.ecdf(censored).sf
    near = curve.confidence_interval(confidence_level=0.01, method="linear")
    is_death = np.isin(curve.quantiles, [days for days, is_left in lives if is_left])
    errors = ((near.high.probabilities - near.low.probabilities) / 2 / stats.norm.ppf(0.505))[is_death]
    ours = curve_of(lives)
    assert ours["tenure_days"].to_list() == curve.quantiles[is_death].tolist()
    assert (ours["survival_pct"] / 100).to_list() == pytest.approx(curve.probabilities[is_death].tolist(), abs=1e-9)
    known = ours["error_pct"].is_not_null().to_list()
    theirs = [error for error, is_known in zip(errors, known, strict=True) if is_known]
    assert (ours["error_pct"].drop_nulls() / 100).to_list() == pytest.approx(theirs, abs=1e-9)
