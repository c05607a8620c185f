"""Renewals against an independent version, without look-ahead, seeded, and with intervals that cover."""

import random
from datetime import date, timedelta
from decimal import Decimal

import polars as pl
import pytest

from pipeline.policy.renewals import RenewalsPolicy
from pipeline.revenue.due import due_tables
from pipeline.revenue.renewals_simulation import simulated
from tests.properties.plain_renewals import Term, chance_of, distance_for, expected_of
from tests.rules.books import AS_OF, shipped_policy
from tests.rules.renewal_books import MONEY, Renewing, day

BANDS = ("healthy", "watch", "at_risk", "critical", "insufficient_data")
WEEKS = 80
SEEDS = range(12)


def generated(seed: int, accounts: int = 40) -> Renewing:
    """A company of yearly terms: renewed early, late, smaller, larger, or cancelled, or simply ended."""
    dice = random.Random(seed)
    book = Renewing(weeks=WEEKS)
    for number in range(accounts):
        name = f"a{number:03}"
        ends = dice.randint(-420, -60)
        for turn in range(4):
            arr = Decimal(dice.randint(0, 90_000_00)) / 100
            fate = dice.choice(["renewed", "renewed", "renewed", "late", "cancelled", "ended"])
            after = f"{name}-{turn + 1}"
            signed = min(dice.randint(ends - 100, ends) if fate == "renewed" else ends + dice.randint(1, 60), 0)
            follows = fate in ("renewed", "late") and (ends < -60 or dice.random() < 0.2)
            if ends > 0 and signed > 0:
                follows = False
            book.contract(
                f"{name}-{turn}",
                ends,
                str(arr),
                account=name,
                cancelled=min(0, ends - dice.randint(0, 120)) if fate == "cancelled" or dice.random() < 0.1 else None,
                successor=after if follows else None,
                signed=signed if follows else None,
            )
            if not follows:
                break
            ends += 365
        else:
            book.rows[-1] |= {"successor_contract_id": None, "successor_known_on": None}
        for week in range(WEEKS):
            book.bands[name, week] = dice.choice(BANDS)
    return _paired(book)


def _paired(book: Renewing) -> Renewing:
    """Only successors that are there, one each; what is past due has none of either."""
    names = {row["contract_id"] for row in book.rows}
    for row in book.rows:
        if row["successor_contract_id"] not in names:
            row |= {"successor_contract_id": None, "successor_known_on": None}
        is_late = row["ends_on"] < AS_OF and (AS_OF - row["ends_on"]).days <= 30
        row["is_past_due"] = is_late and row["successor_contract_id"] is None and row["cancelled_on"] is None
    return book


def plain(book: Renewing) -> tuple[list[Term], dict[tuple[str, date], str]]:
    arr = {row["contract_id"]: row["arr"] for row in book.rows}
    terms = [
        Term(
            row["contract_id"],
            row["account_id"],
            row["known_on"],
            row["starts_on"],
            row["ends_on"],
            row["arr"],
            row["cancelled_on"],
            row["successor_known_on"],
            arr.get(row["successor_contract_id"]),
        )
        for row in book.rows
    ]
    return terms, {(name, day(-7 * week)): band for (name, week), band in book.bands.items()}


@pytest.mark.parametrize("seed", SEEDS)
def test_chances_and_expectations_are_those_of_the_plain_version(seed: int) -> None:
    book = generated(seed)
    terms, bands = plain(book)
    by_name = {term.name: term for term in terms}
    tables = book.tables()
    rows = tables["renewals"].to_dicts()
    assert rows
    for row in rows:
        term = by_name[row["contract_id"]]
        distance = distance_for((term.ends_on + timedelta(days=1) - AS_OF).days)
        chance, n = chance_of(terms, bands, AS_OF, distance, row["health_band"], AS_OF)
        assert row["probability_n"] == n
        if row["category"] not in ("closed_won", "lost"):
            assert row["probability_pct"] == pytest.approx(100 * chance, abs=1e-6)
        assert float(row["expected_arr"]) == pytest.approx(expected_of(term, terms, bands, AS_OF), abs=0.0051)
    wanted = sum(expected_of(by_name[row["contract_id"]], terms, bands, AS_OF) for row in rows)
    summary = tables["renewal_summary"].filter(pl.col("period") == "next_12_months").row(0, named=True)
    assert float(summary["expected_arr"]) == pytest.approx(wanted, abs=0.006 * len(rows))


@pytest.mark.parametrize("seed", SEEDS)
def test_months_add_up_to_the_renewals_and_categories_to_what_is_due(seed: int) -> None:
    tables = generated(seed).tables()
    months = tables["renewal_forecast"].filter(~pl.col("period").str.starts_with("next_"))
    rows = tables["renewals"]
    for column, of in (("due_arr", "arr"), ("expected_arr", "expected_arr")):
        assert months[column].sum() == rows[of].sum()
    assert months["due_count"].sum() == rows.height
    won = rows.filter(pl.col("category") == "closed_won")
    parts = sum(months[f"{name}_arr"].sum() for name in ("closed_won", "commit", "best_case", "at_risk", "lost"))
    assert parts + (won["arr"].sum() - won["won_arr"].sum()) == rows["arr"].sum()
    low, high = tables["renewal_forecast"]["low_arr"], tables["renewal_forecast"]["high_arr"]
    assert (low <= high).all()
    assert (high <= tables["renewal_forecast"]["due_arr"]).all()


def cut(book: Renewing, weeks: int) -> tuple[Renewing, date]:
    """The book as it stood so many weeks before, with nothing in it that was dated later."""
    then = day(-7 * weeks)
    known = Renewing(weeks=WEEKS - weeks)
    for row in book.rows:
        if row["known_on"] > then:
            continue
        signed = row["successor_known_on"]
        kept = signed is not None and signed <= then
        cancelled = row["cancelled_on"] if row["cancelled_on"] is not None and row["cancelled_on"] <= then else None
        ends, starts = row["ends_on"], row["starts_on"]
        known.rows.append(
            row
            | {
                "cancelled_on": cancelled,
                "successor_contract_id": row["successor_contract_id"] if kept else None,
                "successor_known_on": signed if kept else None,
                "is_in_force": starts <= then <= ends,
                "is_past_due": ends < then and (then - ends).days <= 30 and not kept and cancelled is None,
            }
        )
    known.bands = {(name, week - weeks): band for (name, week), band in book.bands.items() if week >= weeks}
    return known, then


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_dated_after_a_day_moves_what_was_forecast_by_then(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    book = generated(seed)
    later = book.tables()["forecast_vintages"]
    known, then = cut(book, 12)
    monkeypatch.setattr("tests.rules.renewal_books.AS_OF", then)
    earlier = due_tables(known.book(), known.scores(), shipped_policy())["forecast_vintages"]
    both = earlier.join(later, on=["contract_id", "lead_days"], suffix="_later")
    assert both.height == earlier.height > 0
    for column in ("seen_on", "probability_pct", "category", "health_band", "forecast_arr"):
        assert both[column].equals(both[f"{column}_later"]), column


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_and_a_second_run_change_no_byte(seed: int) -> None:
    book = generated(seed)
    first = book.tables()
    random.Random(seed).shuffle(book.rows)
    again = book.tables()
    assert all(first[name].equals(again[name]) for name in first)


# ---------------------------------------------------------------- coverage

SHARES = {"healthy": 0.55, "watch": 0.25, "at_risk": 0.15, "critical": 0.05}
SEEN = 150


def simulated_book(dice: random.Random, count: int = 220) -> tuple[pl.DataFrame, float]:
    """Open renewals judged by chances learned from the past of a company whose true chances are known, and what came.

    The true chance of each band is drawn from the policy's prior; the past and the future are drawn with it.
    """
    priors = shipped_policy().renewals.chances.priors
    true = {band: dice.betavariate(20 * prior, 20 * (1 - prior)) for band, prior in priors.items()}
    learned = {}
    for band, prior in priors.items():
        n = round(SEEN * SHARES[band])
        won = sum(dice.random() < true[band] for _ in range(n))
        learned[band] = (20 * prior + won, 20 * (1 - prior) + n - won)
    bands = dice.choices(list(SHARES), weights=list(SHARES.values()), k=count)
    amounts = [min(dice.lognormvariate(10, 1), 150_000.0) for _ in bands]
    amounts = [round(min(amount, 0.045 * sum(amounts)), 2) for amount in amounts]
    came = sum(amount for band, amount in zip(bands, amounts, strict=True) if dice.random() < true[band])
    rows = pl.DataFrame(
        {
            "contract_id": [f"c{number:04}" for number in range(count)],
            "account_id": [f"a{number:04}" for number in range(count)],
            "period": ["all"] * count,
            "cell": bands,
            "alpha": [learned[band][0] for band in bands],
            "beta": [learned[band][1] for band in bands],
            "arr": [Decimal(str(amount)) for amount in amounts],
            "won_arr": [None] * count,
            "category": ["best_case"] * count,
            "downsell_share": [0.0] * count,
        },
        schema_overrides={"arr": MONEY, "won_arr": MONEY},
    )
    assert max(amounts) <= 0.05 * sum(amounts)
    return rows, came


def covered(draws: int, seed: int, policy: RenewalsPolicy) -> float:
    dice = random.Random(seed)
    hits = 0
    for _ in range(draws):
        rows, came = simulated_book(dice)
        total = simulated(rows, pl.Series("period", ["all"]), policy.simulation)[:, 0]
        low, high = pl.Series(total).quantile(0.1, "linear"), pl.Series(total).quantile(0.9, "linear")
        hits += bool(low <= came <= high)  # type: ignore[operator]
    return hits / draws


def fewer_draws(count: int) -> RenewalsPolicy:
    policy = shipped_policy().renewals
    return policy.model_copy(update={"simulation": policy.simulation.model_copy(update={"draws": count})})


def test_the_interval_of_the_total_covers_as_often_as_it_says_on_a_few_books() -> None:
    assert 0.70 <= covered(120, 5, fewer_draws(800)) <= 0.90


@pytest.mark.nightly
def test_the_interval_of_the_total_covers_75_to_85_of_100_on_a_thousand_books() -> None:
    assert 0.75 <= covered(1000, 11, fewer_draws(2000)) <= 0.85


def test_independent_dice_would_give_an_interval_that_is_too_narrow() -> None:
    rows, _ = simulated_book(random.Random(3))
    names = pl.Series("period", ["all"])
    shared = simulated(rows, names, shipped_policy().renewals.simulation)[:, 0].std()
    alone = rows.with_columns(cell=pl.col("contract_id"))
    assert simulated(alone, names, shipped_policy().renewals.simulation)[:, 0].std() < shared


def test_an_empty_book_has_a_forecast_of_zeros_and_no_accuracy() -> None:
    tables = Renewing().band("a", "watch").tables()
    assert tables["renewals"].height == 0
    assert tables["renewal_forecast"]["due_arr"].sum() == 0
    assert tables["forecast_accuracy"].height == 0
