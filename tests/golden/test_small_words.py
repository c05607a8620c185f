"""Words that must hold for tiny books, other health models and feeds that never came."""

from dataclasses import replace

import polars as pl

from pipeline.reports.facts import View
from pipeline.reports.narrative import at_risk
from pipeline.reports.places import slug
from pipeline.reports.sections.portfolio.health import distribution, migration
from pipeline.reports.sections.qbr.safe import shown
from pipeline.reports.sections.qbr.use import practice
from pipeline.reports.wording import bands_of, more_of
from pipeline.stages.press.tables import accounts
from tests.golden.company import company

MADE = company()
VIEW = View(MADE.book, MADE.scores, MADE.context)


def test_one_more_of_something_is_told_in_the_singular() -> None:
    assert more_of(1, "customers at risk or critical") == "1 more customer at risk or critical"
    assert more_of(1, "near misses") == "1 more near miss"
    assert more_of(1, "opportunities") == "1 more opportunity"
    assert more_of(1, "CSMs") == "1 more CSM"
    assert more_of(1204, "critical alerts") == "1,204 more critical alerts"


def test_a_sharp_s_and_umlauts_stay_readable_in_a_file_name() -> None:
    assert slug("Fu\u00dfboden Wei\u00df & S\u00f6hne") == "fussboden-weiss-sohne"


def test_a_health_model_of_three_colours_is_printed_with_three() -> None:
    health = MADE.policy.health.model_copy(update={"in_force": "rag"})
    context = replace(MADE.context, policy=replace(MADE.policy, health=health))
    view = View(MADE.book, MADE.scores, context)
    assert bands_of(health.scorecard.bands.lowest) == ["healthy", "watch", "critical", "insufficient_data"]
    assert [row["band"] for row in distribution(view)] == view.bands
    assert {len(row["cells"]) for row in migration(view, 7)["grid"]} == {4}


def test_csat_and_nps_of_accounts_stand_there_whatever_the_health_model_is_made_of() -> None:
    other = replace(MADE.scores, health_components=MADE.scores.health_components.clear())
    told = accounts(MADE.book, other).select("account_id", "csat_90d", "nps_answers")
    assert told["nps_answers"].count() > 0
    assert told["csat_90d"].count() > 0
    assert told.equals(accounts(MADE.book, MADE.scores).select(told.columns))


def test_csat_and_nps_are_empty_while_their_feed_is_missing() -> None:
    state = pl.when(pl.col("feed").is_in(["tickets", "survey_responses"])).then(pl.lit("missing")).otherwise("state")
    book = replace(MADE.book, feed_weeks=MADE.book.feed_weeks.with_columns(state=state))
    told = accounts(book, MADE.scores)
    assert told["csat_90d"].count() == told["nps_answers"].count() == 0


def test_nobody_at_risk_has_no_renewal_to_hurry_for() -> None:
    weeks = MADE.scores.health_weeks
    then = pl.when(pl.col("week_ending_on") == MADE.book.as_of).then(pl.lit("healthy")).otherwise("health_band")
    calm = replace(MADE.scores, health_weeks=weeks.with_columns(then.alias("health_band")))
    view = View(MADE.book, calm, MADE.context)
    assert view.troubled.is_empty()
    moved = at_risk(view)
    assert moved is not None
    assert moved.consequence == "Nobody is at risk or critical now."


def test_nothing_is_said_of_what_peers_use_while_nobodys_use_is_known() -> None:
    usage = pl.when(pl.col("feed") == "usage").then(pl.lit("missing")).otherwise("state")
    book = replace(MADE.book, feed_weeks=MADE.book.feed_weeks.with_columns(state=usage))
    rows = VIEW.standing.to_dicts()
    assert any(practice(shown(VIEW), row) for row in rows)
    unseen = shown(View(book, MADE.scores, MADE.context))
    assert not any(practice(unseen, row) for row in rows)
