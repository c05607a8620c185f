"""The other scorecards, the matrix of the playbook and three colours, and bands of one's own for a segment."""

from functools import cache

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import UsageError
from pipeline.policy import BANDS, read_policy
from pipeline.reports.telling import told_in_lines
from pipeline.scoring.bands import computed_band, own_rank
from pipeline.scoring.explain import Line as Shown
from pipeline.scoring.explain import cheapest_past_the_second_worst, explanation, next_band
from pipeline.scoring.parts import MICRO, parts_of
from tests.properties.strategies import OTHERS, panels
from tests.properties.test_health_properties import without
from tests.rules.books import POLICY, Panel, table
from tests.rules.books import settings as settings_of

few = settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
CARDS = ("default", "rag", "matrix")


@cache
def policy_with(folder, text):
    folder.mkdir(exist_ok=True)
    (folder / "health.toml").write_text(text)
    return read_policy(POLICY, folder)


@pytest.fixture(scope="module")
def under(tmp_path_factory):
    """The policy with a scorecard in force."""
    folder = tmp_path_factory.mktemp("policy")
    return lambda card: policy_with(folder / card, f'in_force = "{card}"\n')


def banded(card, text):
    """Assert a text table: segment | score | band, by the score alone."""
    rows = table(text)
    frame = pl.DataFrame(
        {"segment": [row[0] for row in rows], "raw": [float(row[1]) for row in rows]},
    ).with_columns(cap_rank=pl.lit(None, pl.Int8), floor_rank=pl.lit(None, pl.Int8), coverage_pct=pl.lit(100.0))
    found = frame.select(band=computed_band(own_rank(pl.col("raw"), card), card))
    assert found["band"].to_list() == [row[2] for row in rows]


def test_the_bands_of_the_weighted_score_and_of_its_three_colours(under):
    banded(
        under("default").health.scorecard,
        """
        segment | score | band
        smb     | 80    | healthy
        smb     | 79.99 | watch
        smb     | 60    | watch
        smb     | 59.99 | at_risk
        smb     | 40    | at_risk
        smb     | 39.99 | critical
        """,
    )
    banded(
        under("rag").health.scorecard,
        """
        segment | score | band
        smb     | 80    | healthy
        smb     | 79.99 | watch
        smb     | 60    | watch
        smb     | 59.99 | critical
        smb     | 0     | critical
        """,
    )


def test_a_segment_may_have_bands_of_its_own_and_the_others_keep_theirs(tmp_path):
    text = "[scorecards.default.segment_bands.enterprise]\nhealthy = 90\nwatch = 75\nat_risk = 50\n"
    banded(
        policy_with(tmp_path, text).health.scorecard,
        """
        segment    | score | band
        enterprise | 90    | healthy
        enterprise | 89.99 | watch
        enterprise | 75    | watch
        enterprise | 74.99 | at_risk
        enterprise | 49.99 | critical
        smb        | 80    | healthy
        smb        | 74.99 | watch
        smb        | 49.99 | at_risk
        """,
    )


def test_a_segment_cannot_have_other_bands_than_its_scorecard(tmp_path):
    with pytest.raises(UsageError, match=r"segment_bands\.smb needs healthy, watch"):
        policy_with(tmp_path, "[scorecards.rag.segment_bands.smb]\nhealthy = 90\nwatch = 75\nat_risk = 50\n")


def test_a_scorecard_extends_only_one_that_exists_and_follows_what_a_workspace_changes_there(tmp_path):
    with pytest.raises(UsageError, match="rag extends 'nothing'"):
        policy_with(tmp_path / "a", '[scorecards.rag]\nextends = "nothing"\n')
    changed = policy_with(tmp_path / "b", "[scorecards.default.categories.usage]\nweight = 50\n").health
    assert changed.scorecards["rag"].categories["usage"].weight == 50
    assert changed.scorecards["matrix"].categories.keys() == {"matrix"}


def test_the_second_worst_of_the_known_measures_decides_the_matrix(under):
    text = """
        logins | features | tickets | nps  | csat | band
        20     | 6        | 2       | 9    | 5    | healthy
        19     | 6        | 2       | 9    | 5    | healthy
        19     | 5        | 2       | 9    | 5    | at_risk
        3      | 6        | 2       | 9    | 5    | healthy
        3      | 5        | 2       | 9    | 5    | at_risk
        3      | 2        | 2       | 9    | 5    | at_risk
        3      | 1        | 2       | 9    | 5    | critical
        4      | 2        | 10      | 6    | 5    | at_risk
        20     | 6        | 11      | 5    | 5    | critical
        20     | 6        | 3       | 8    | 5    | at_risk
        20     | 6        | 3       | none | 5    | healthy
        20     | 6        | 3       | none | 4    | at_risk
        20     | 6        | 11      | none | 2    | critical
        20     | 1        | 11      | none | none | critical
        20     | 6        | 3       | none | none | healthy
        """
    panel, wanted = Panel(weeks=1), {}
    for number, (logins, features, tickets, nps, csat, band) in enumerate(table(text)):
        wanted[f"case{number:02}"] = band
        panel.account(
            f"case{number:02}",
            login_day_count_30d=int(logins),
            feature_used_count_30d=int(features),
            ticket_created_count_30d=int(tickets),
            nps_respondent_count_180d=int(nps != "none"),
            nps_score_sum_180d=0.0 if nps == "none" else float(nps),
            csat_answer_count_90d=int(csat != "none"),
            csat_score_sum_90d=0 if csat == "none" else int(csat),
        )
    found = panel.scored(under("matrix"))
    assert {name: found.week(name)["health_band"] for name in wanted} == wanted


def test_two_known_measures_of_four_are_insufficient_data(under):
    panel = Panel(weeks=1).account(nps_respondent_count_180d=0, nps_score_sum_180d=0.0, csat_answer_count_90d=0)
    panel.feed("tickets", "fresh", expected=True).feed("usage", "missing")
    week = panel.scored(under("matrix")).week()
    assert (week["health_band"], week["health_score"]) == ("insufficient_data", 0)


def test_satisfaction_of_the_matrix_needs_answers_or_ratings_and_not_the_feeds_of_both(under):
    unexpected = Panel(weeks=1).account(nps_respondent_count_180d=0).feed("survey_responses", "fresh", expected=False)
    assert unexpected.scored(under("matrix")).component("satisfaction")["score"] == 100
    begins = Panel(weeks=1).account(nps_respondent_count_180d=0).feed("survey_responses", "before")
    assert begins.scored(under("matrix")).component("satisfaction")["state"] == "present"
    lost = Panel(weeks=1).account().feed("survey_responses", "missing")
    assert lost.scored(under("matrix")).component("satisfaction")["state"] == "missing"
    neither = Panel(weeks=1).account().feed("survey_responses", "fresh", expected=False)
    neither.feed("tickets", "fresh", expected=False)
    assert neither.scored(under("matrix")).component("satisfaction")["state"] == "off"


@pytest.mark.parametrize(("card", "band"), [("default", "at_risk"), ("rag", "critical"), ("matrix", "at_risk")])
def test_a_floor_holds_under_every_scorecard_by_the_next_band_there_is(under, card, band):
    panel = Panel(weeks=1).peers().account(open_p0_over_48h_count=1)
    assert panel.scored(under(card)).week()["health_band"] == band


@pytest.mark.parametrize("card", CARDS)
def test_no_scorecard_gives_a_band_that_it_does_not_have(under, card):
    policy = under(card)
    lowest = policy.health.scorecard.bands.lowest
    for cap in BANDS:
        panel = Panel(weeks=1).peers().account(contract_notice_count=int(cap == "critical"), open_p0_over_48h_count=1)
        assert panel.scored(policy).week()["health_band_computed"] in {*lowest, "critical"}


@few
@given(panels(), st.sampled_from(CARDS))
def test_points_sum_to_the_score_and_changes_to_the_change_under_every_scorecard(under, panel, card):
    scores = panel.scored(under(card)).scores
    weeks = {(row["account_id"], row["week_ending_on"]): row for row in scores.health_weeks.to_dicts()}
    points = scores.health_components.group_by("account_id", "week_ending_on").agg(
        (pl.col("points").fill_null(0) * MICRO).round(0).cast(pl.Int64).sum()
    )
    for account, day, total in points.iter_rows():
        assert total == round((weeks[account, day]["health_score"] or 0) * MICRO)
    changes = scores.health_changes.group_by("account_id", "horizon").agg(
        (pl.col("change") * MICRO).round(0).cast(pl.Int64).sum()
    )
    latest = max(day for _, day in weeks) if weeks else None
    for account, horizon, total in changes.iter_rows():
        assert total == round(weeks[account, latest][f"health_change_{horizon}"] * MICRO)


@few
@given(panels(feeds=False, weeks=2), st.sampled_from(OTHERS), st.sampled_from(CARDS))
def test_losing_a_feed_never_raises_a_score_under_any_scorecard(under, panel, feed, card):
    whole = panel.scored(under(card)).scores.health_weeks
    lost = without(panel, feed).scored(under(card)).scores.health_weeks
    both = whole.join(lost, on=["account_id", "week_ending_on"], suffix="_lost").drop_nulls("health_score")
    assert (both["health_score_lost"] <= both["health_score"]).all()
    for row in both.to_dicts():
        if {row["health_band"], row["health_band_lost"]} <= set(BANDS):
            assert BANDS.index(row["health_band_lost"]) <= BANDS.index(row["health_band"])


def test_a_lift_under_the_matrix_is_what_scoring_the_better_value_gives(under):
    worse = {"login_day_count_30d": 3, "feature_used_count_30d": 1, "ticket_created_count_30d": 11}
    lifts = Panel(weeks=1).account(**worse).scored(under("matrix")).scores.health_lifts
    assert lifts.select("component", "gain_points", "to_band").rows() == [
        ("login_days", 0.0, "critical"),
        ("features_used", 0.0, "critical"),
        ("tickets", 0.0, "critical"),
    ]
    two = Panel(weeks=1).account(**worse | {"ticket_created_count_30d": 3}).scored(under("matrix")).scores.health_lifts
    assert two.filter(component="login_days").select("gain_points", "to_band").row(0) == (50.0, "at_risk")
    better = Panel(weeks=1).account(**worse | {"ticket_created_count_30d": 3, "login_day_count_30d": 4})
    assert better.scored(under("matrix")).week()["health_score"] == 50


def shown(part, score, state="present"):
    """A line of a matrix with this score."""
    nothing = dict.fromkeys(Shown.__slots__)
    return Shown(**nothing | {"component": part.name, "label": part.name, "score": score, "state": state})


def test_the_cheapest_way_up_the_matrix_leaves_one_measure_behind(under):
    card = under("matrix").health.scorecard
    parts = {part.name: part for part in parts_of(card, "calendar")}
    lines = tuple(shown(part, score) for part, score in zip(parts.values(), (0, 0, 50, 100), strict=True))
    assert next_band(card, "critical") == "at_risk"
    first = cheapest_past_the_second_worst(lines, parts, 0, 50)
    assert [(lift.component, lift.to_value_text) for lift in first] == [("login_days", "at least 4 days")]
    all_up = cheapest_past_the_second_worst(lines, parts, 0, 100)
    assert [lift.component for lift in all_up] == ["tickets", "login_days"]
    unknown = (shown(parts["login_days"], 0, "missing"), shown(parts["features_used"], 0, "missing"), *lines[2:])
    assert cheapest_past_the_second_worst(unknown, parts, 0, 50) == ()


@pytest.mark.parametrize(
    ("card", "headline"),
    [
        ("default", "At risk: 58.00; 100% of the model's weight has a value"),
        ("rag", "Critical (red): 58.00; 100% of the model's weight has a value"),
        ("matrix", "Critical: 0.00; 100% of the model's weight has a value"),
    ],
)
def test_an_account_is_explained_under_every_scorecard(under, card, headline):
    weak = {"login_day_count_30d": 3, "feature_used_count_30d": 1, "event_count_30d": 100, "user_day_count_30d": 50}
    weak |= {"training_completed_count": 0, "meeting_attended_count_90d": 0, "strategic_alignment": "misaligned"}
    panel = Panel(weeks=1).peers(5).account(**weak)
    told = explanation(panel.book(), panel.scored(under(card)).scores, under(card), settings_of(), "a")
    lines = told_in_lines(told)
    assert lines[1] == headline
    assert sum(round((line.points or 0) * MICRO) for line in told.lines) == round(told.health_score * MICRO)
    assert told.cheapest
