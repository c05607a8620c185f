"""Forecasts as runs made them: kept once, read by later runs alone, and standing before what is recomputed."""

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl

from pipeline.revenue.renewals_memory import KEPT, forecast_accuracy, from_texts, kept_forecast
from pipeline.stages.press.commitments import forecasts_before, keep_sent
from pipeline.workspace import Workspace
from tests.golden.company import SETTINGS
from tests.rules.renewal_books import Renewing, day

DAY = date(2026, 6, 24)


def published(root: Path, chance: str) -> Path:
    folder = root / "renewals"
    folder.mkdir(parents=True, exist_ok=True)
    row = dict.fromkeys(KEPT) | {
        "made_on": str(DAY),
        "contract_id": "c",
        "arr": "100.00",
        "probability_pct": chance,
        "category": "commit",
    }
    (folder / "forecast.json").write_text(json.dumps([row]))
    return root


def test_a_run_never_rewrites_what_an_earlier_run_forecast(tmp_path: Path) -> None:
    place = Workspace(tmp_path, SETTINGS)
    keep_sent(place, published(tmp_path / "out", "90.0"), DAY)
    keep_sent(place, published(tmp_path / "out", "10.0"), DAY)
    kept = forecasts_before(place, DAY + timedelta(days=7))
    assert kept["probability_pct"].to_list() == [90.0]
    assert dict(kept.schema) == KEPT


def test_a_forecast_is_read_by_runs_for_a_later_day_alone(tmp_path: Path) -> None:
    place = Workspace(tmp_path, SETTINGS)
    assert forecasts_before(place, DAY).height == 0
    keep_sent(place, published(tmp_path / "out", "90.0"), DAY)
    assert forecasts_before(place, DAY).height == 0
    assert forecasts_before(place, DAY + timedelta(days=1)).height == 1


def test_what_is_kept_reads_back_as_it_was_forecast() -> None:
    renewals = Renewing().contract("a", 50, "12.34").band("a", "watch").tables()["renewals"]
    kept = kept_forecast(renewals, DAY)
    texts = pl.DataFrame(
        [{name: None if value is None else str(value) for name, value in row.items()} for row in kept.to_dicts()]
    )
    assert from_texts(texts).equals(kept)


def test_a_kept_forecast_stands_before_the_panels_in_the_accuracy() -> None:
    book = Renewing().contract("a", -5, "100.00", successor="b", signed=-5).band("a", "watch")
    book.contract("b", 360, "100.00", account="a", starts=-4)
    assert book.tables()["forecast_vintages"]["is_kept"].to_list() == [False] * 3
    seen = day(-35)
    row = dict.fromkeys(KEPT) | {
        "made_on": seen - timedelta(days=3),
        "contract_id": "a",
        "account_id": "a",
        "probability_pct": 10.0,
        "expected_arr": Decimal("10.00"),
        "category": "at_risk",
        "csm": "Lee",
    }
    book.frames["forecasts"] = pl.DataFrame([row], schema=KEPT)  # type: ignore[assignment]
    rows = book.tables()["forecast_vintages"].filter(pl.col("lead_days") == 30)
    found = rows.row(0, named=True)
    assert (found["is_kept"], found["probability_pct"], found["csm"], found["category"]) == (
        True,
        10.0,
        "Lee",
        "at_risk",
    )
    accuracy = forecast_accuracy(rows).filter(pl.col("dimension") == "all").row(0, named=True)
    assert (accuracy["wape_pct"], accuracy["bias_pct"], accuracy["kept_n"]) == (90.0, -90.0, 1)


def test_the_accuracy_is_the_error_over_what_was_renewed_and_bias_is_signed() -> None:
    rows = pl.DataFrame(
        {
            "lead_days": [30, 30, 30],
            "renewal_on": [date(2026, 3, 1), date(2026, 3, 9), date(2026, 4, 1)],
            "csm": ["Kim", "Kim", "Lee"],
            "category": ["commit", "at_risk", "commit"],
            "health_band": ["healthy", "critical", "healthy"],
            "forecast_arr": [90.0, 25.0, 80.0],
            "actual_arr": [100.0, 0.0, 100.0],
            "is_kept": [False, True, False],
        }
    )
    told = {(row["dimension"], row["value"]): row for row in forecast_accuracy(rows).to_dicts()}
    whole = told["all", "all"]
    assert (whole["n"], whole["wape_pct"], whole["bias_pct"], whole["wape_month_pct"]) == (3, 27.5, -2.5, 17.5)
    assert told["category", "at_risk"]["wape_pct"] is None
    assert told["csm", "Kim"]["bias_pct"] == 15.0
