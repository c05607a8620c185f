"""METRICS: one formula for a row and for a group, null where nothing is known, nothing added up that cannot be."""

from decimal import Decimal

import polars as pl
import pytest

from pipeline.metrics import METRICS, with_codes, with_rating_counts

POOLABLE = [metric for metric in METRICS.values() if metric.poolable]
NOT_POOLABLE = [metric for metric in METRICS.values() if not metric.poolable]


def frame_of(metric, rows):
    return pl.DataFrame(
        {column: [row[place] for row in rows] for place, column in enumerate(dict.fromkeys(metric.columns))}
    )


@pytest.mark.parametrize("metric", NOT_POOLABLE, ids=lambda metric: metric.name)
def test_what_cannot_be_added_up_is_never_pooled(metric):
    with pytest.raises(ValueError, match="cannot be pooled"):
        metric.pooled()


@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda metric: metric.name)
def test_every_metric_says_what_it_is_and_what_its_nothing_means(metric):
    assert metric.label
    assert metric.unit
    assert metric.description.endswith(".")
    assert (metric.denominator is None) == (metric.kind in ("count", "sum"))
    if metric.denominator:
        assert "null" in metric.description


@pytest.mark.parametrize("metric", POOLABLE, ids=lambda metric: metric.name)
def test_a_group_of_one_is_the_row(metric):
    frame = frame_of(metric, [(3, 4, 8), (2, 5, 9)][:1])
    assert frame.select(metric.pooled()).item() == frame.select(metric.at_row()).item()


@pytest.mark.parametrize("metric", POOLABLE, ids=lambda metric: metric.name)
def test_rows_of_which_something_is_unknown_stay_out_of_a_group(metric):
    known = frame_of(metric, [(3, 4, 8), (1, 1, 1)])
    unknown = frame_of(metric, [(3, 4, 8), (None, 7, 7), (1, 1, 1)])
    assert unknown.select(metric.pooled()).item() == known.select(metric.pooled()).item()


@pytest.mark.parametrize("metric", POOLABLE, ids=lambda metric: metric.name)
def test_a_group_of_which_nothing_is_known_is_null(metric):
    frame = frame_of(metric, [(None, None, None)]).cast(pl.Int64)
    assert frame.select(metric.pooled()).item() is None


@pytest.mark.parametrize("metric", POOLABLE, ids=lambda metric: metric.name)
def test_nothing_to_divide_by_is_null_and_not_zero(metric):
    if metric.denominator:
        frame = frame_of(metric, [(0, 0, 0)])
        assert frame.select(metric.pooled()).item() is None
        assert frame.select(metric.at_row()).item() is None


def test_pooled_equals_whole():
    """Pooling groups and pooling the whole agree, since sums come before the quotient."""
    frame = pl.DataFrame(
        {"group": list("aabb"), "csat_score_sum_90d": [5, 4, 9, 1], "csat_answer_count_90d": [1, 1, 2, 1]}
    )
    sums = frame.group_by("group").agg(pl.col("csat_score_sum_90d", "csat_answer_count_90d").sum())
    whole = METRICS["csat_mean"].pooled()
    assert frame.select(whole).item() == sums.select(whole).item() == 19 / 5


def test_nps_is_promoters_less_detractors():
    waves = pl.DataFrame({"promoter_count": [5, 1], "detractor_count": [2, 0], "answered_count": [9, 1]})
    assert waves.select(METRICS["nps"].pooled()).item() == pytest.approx(40)
    assert waves.select(METRICS["nps"].at_row())["nps"].to_list() == pytest.approx([100 * 3 / 9, 100])


def test_money_adds_up_to_the_cent():
    accounts = pl.DataFrame({"arr": [Decimal("0.10"), Decimal("0.20"), None]}, schema={"arr": pl.Decimal(18, 2)})
    assert accounts.select(METRICS["arr"].pooled()).item() == Decimal("0.30")


def test_an_empty_group_has_no_customers_and_no_arr():
    accounts = pl.DataFrame(schema={"is_scored": pl.Boolean, "arr": pl.Decimal(18, 2)})
    assert accounts.select(METRICS["customers"].pooled()).item() == 0
    assert accounts.select(METRICS["arr"].pooled()).item() == 0


def test_rated_tickets_are_satisfied_from_4_on():
    tickets = with_rating_counts(pl.DataFrame({"csat": [5, 4, 3, None]}))
    assert tickets.select(METRICS["csat_satisfied_pct"].pooled()).item() == pytest.approx(200 / 3)


def test_codes_of_standing():
    weeks = pl.DataFrame(
        {
            "contract_in_force_count": [1, 1, 0],
            "contract_ending_90d_count": [0, 1, 0],
            "strategic_alignment": ["aligned", "misaligned", None],
        }
    )
    coded = with_codes(weeks)
    assert coded["contract_status_code"].to_list() == [2, 1, 0]
    assert coded["strategic_alignment_code"].to_list() == [2, 0, None]
