"""Policy files: what they may say, how a workspace changes them, and how a mistake is named."""

from itertools import product

import pytest

from pipeline.errors import UsageError
from pipeline.policy import read_policy
from pipeline.revenue.kpis import MEASURES
from pipeline.scoring.health import columns_read
from pipeline.scoring.parts import parts_of
from tests.rules.books import GOOD, POLICY, Panel, shipped_policy


def read(folder, text, name="health"):
    (folder / f"{name}.toml").write_text(text)
    return read_policy(POLICY, folder)


def test_every_row_says_which_passage_it_comes_from():
    rows = [
        row
        for card in shipped_policy().health.scorecards.values()
        for row in (*card.components.values(), *card.floors.values(), *card.categories.values(), card.bands, card)
    ]
    rows += [*shipped_policy().segments.tiers.values(), *shipped_policy().kpis.values()]
    assert all(row.source for row in rows)


def test_every_component_is_measured_by_a_metric_that_exists_from_columns_that_exist():
    for scorecard, basis in product(shipped_policy().health.scorecards.values(), ("calendar", "business")):
        columns = columns_read(parts_of(scorecard, basis), scorecard)
        assert set(columns) <= {
            *GOOD,
            "account_id",
            "week_ending_on",
            "contract_status_code",
            "strategic_alignment_code",
            "satisfaction_sum",
            "satisfaction_count",
        }


def test_every_kpi_is_measured_and_every_measure_is_a_kpi():
    assert set(shipped_policy().kpis) == set(MEASURES)


def test_a_workspace_changes_a_single_value_by_its_key(tmp_path):
    policy = read(tmp_path, "[scorecards.default.bands]\nhealthy = 85\n")
    assert policy.health.scorecard.bands.healthy == 85
    assert policy.health.scorecard.bands.watch == 60
    assert policy.hash != shipped_policy().hash
    assert policy.origin["health.scorecards.default.bands.healthy"] == "workspace policy/health.toml:2"
    assert policy.origin["health.scorecards.default.bands.watch"].startswith("shipped policy/health.toml:")


def test_an_override_that_says_the_same_leaves_the_hash(tmp_path):
    assert read(tmp_path, "[scorecards.default.bands]\nhealthy = 80\n").hash == shipped_policy().hash


def test_lists_are_replaced_whole(tmp_path):
    policy = read(
        tmp_path, "[scorecards.default.components.late_payments]\nsteps = [{ under = 1, score = 90 }, { score = 0 }]\n"
    )
    result = Panel(weeks=1).account("a", invoice_late_count_12m=1).scored(policy)
    assert result.component("late_payments")["score"] == 0


def test_bounds_may_be_written_as_fractions(tmp_path):
    steps = 'steps = [{ over = "2/3", score = 100 }, { score = 20 }]'
    policy = read(tmp_path, f"[scorecards.default.components.tone]\n{steps}\n")
    panel = Panel(weeks=1).account("a", sentiment_sum_90d=2, sentiment_count_90d=3)
    assert panel.scored(policy).component("tone")["score"] == 20


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[scorecards.default.bands]\nhealthy = 85\nwath = 60\n",
            r"health.toml:3: scorecards.default.bands.wath: unknown key",
        ),
        ("in_force = 'best'\n", "in_force names 'best'; there are: default"),
        (
            "[scorecards.default.components.logins]\nweight = 2\n",
            r"health.toml:1: .*components.logins.metric: missing key",
        ),
        ("[scorecards.default.bands]\nhealthy = 50\n", r"health.toml:1: .*needs 100 >= healthy > watch"),
        (
            "[scorecards.default.components.tone]\nsteps = [\n  { over = 1, score = 5 },\n  { scor = 1 },\n]\n",
            r"health.toml:4: ",
        ),
        ("[scorecards.default.components.tone]\nsteps = [{ over = 1, score = 5 }]\n", "the last must have none"),
        (
            "[scorecards.default.components.tone]\nsteps = [{ over = 1, score = 5 }, { score = 5 }]\n",
            "scores must fall",
        ),
        (
            "[scorecards.default.components.tone]\nsteps = [{ over = 1, under = 2, score = 5 }, { score = 1 }]\n",
            "compares twice",
        ),
        ("[scorecards.default.components.tone]\ncategory = 'mood'\n", "names the category 'mood'"),
        ("healthy = = 3\n", "not valid TOML"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_key(tmp_path, text, message):
    with pytest.raises(UsageError, match=message):
        read(tmp_path, text)


def test_a_file_that_is_no_policy_is_an_error(tmp_path):
    with pytest.raises(UsageError, match="there is no such policy file"):
        read(tmp_path, "x = 1\n", name="helth")


def test_a_metric_that_does_not_exist_is_an_error(tmp_path):
    policy = read(tmp_path, "[scorecards.default.components.tone]\nmetric = 'mood'\n")
    with pytest.raises(UsageError, match="'mood', which is not a metric"):
        Panel(weeks=1).account("a").scored(policy)


def test_a_segment_gets_its_own_bands(tmp_path):
    policy = read(tmp_path, "[scorecards.default.segment_bands.enterprise]\nhealthy = 95\nwatch = 70\nat_risk = 50\n")
    result = Panel(weeks=1).peers().account("a").peers().account("b", segment="smb").scored(policy)
    assert (result.week("a")["health_band"], result.week("b")["health_band"]) == ("watch", "healthy")


@pytest.mark.parametrize(
    ("kpi", "value", "met"),
    [
        ("nrr_pct", 110.0, False),
        ("nrr_pct", 110.1, True),
        ("qbr_completion_pct", 100.0, True),
        ("customers_per_csm", 100.0, False),
        ("customers_per_csm", 87.0, True),
        ("proactive_touches_per_week", 9.0, None),
        ("nps", None, None),
    ],
)
def test_a_kpi_is_met_as_its_comparison_says_and_unknown_is_neither(kpi, value, met):
    assert shipped_policy().kpis[kpi].is_met(value) is met


def test_tiers_are_cut_at_25000_and_above_100000():
    tiers = shipped_policy().segments.tiers
    assert (tiers["enterprise"].over, tiers["mid_market"].at_least) == (100_000, 25_000)
    assert (tiers["enterprise"].monthly_review_every_months, tiers["starter"].qbr_every_months) == (1, 12)
