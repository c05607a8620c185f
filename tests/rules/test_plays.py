"""Plays and their actions: when they begin and end, whether they worked, who is asked for what by when."""

from datetime import date, timedelta
from typing import Any

import polars as pl

from pipeline.book import Book
from pipeline.scoring.actions import actions, outcomes, success
from pipeline.scoring.plays import Drivers, started
from pipeline.workspace import as_settings
from tests.rules.books import AS_OF, shipped_policy, table

PEOPLE = {"vp_customer_success": "Vera", "vp_engineering": "Egon", "ceo": "Cleo", "cs_manager": "Mara"}
SETTINGS = as_settings({"company": {"name": "Example", "week_ends_on": "friday"}, "people": PEOPLE})
POLICY = shipped_policy().playbooks
RISK = {"g": "green", "y": "yellow", "o": "orange", "r": "red"}
HEALTH = {"h": "healthy", "w": "watch", "a": "at_risk", "c": "critical", "i": "insufficient_data"}
TASKS = {
    "task_id": pl.String,
    "account_id": pl.String,
    "action_id": pl.String,
    "title": pl.String,
    "status": pl.String,
    "created_on": pl.Date,
    "completed_on": pl.Date,
}


class Course:
    """Bands of accounts week by week, one letter each, `.` where an account is not scored; the last ends at `until`."""

    def __init__(self, text: str = "", *, until: date = AS_OF, **frames: pl.DataFrame) -> None:
        self.until, self.frames = until, frames
        self.accounts: dict[str, dict[str, Any]] = {}
        self.bands: list[tuple[str, date, str]] = []
        self.drivers: dict[str, tuple[str, float]] = {}
        for name, letters, *more in table("account | weeks\n" + text):
            weeks = letters.split()
            self.bands += [
                (name, until - timedelta(weeks=len(weeks) - 1 - at), letter)
                for at, letter in enumerate(weeks)
                if letter != "."
            ]
            self.accounts[name] = {"churned_on": until if more == ["churned"] else None}

    def _weeks(self, column: str, names: dict[str, str]) -> pl.DataFrame:
        rows = [(name, day, names[letter]) for name, day, letter in self.bands if letter in names]
        schema = {"account_id": pl.String, "week_ending_on": pl.Date, column: pl.String}
        return pl.DataFrame(rows, schema=schema, orient="row")

    def book(self) -> Book:
        """A book of these accounts."""
        none = {"csm": "Cem", "csm_manager": None, "account_executive": "Ada", "technical_lead": None, "region": "EMEA"}
        none |= {"parent_account_id": None, "tier": "enterprise", "is_strategic": False, "segment": "enterprise"}
        rows = [none | {"account_id": name} | row for name, row in self.accounts.items()]
        kinds = {"churned_on": pl.Date, "is_strategic": pl.Boolean}
        schema = {name: kinds.get(name, pl.String) for name in ("account_id", "churned_on", *none)}
        empty = pl.DataFrame(schema={"week_ending_on": pl.Date})
        frames = {"weeks": empty, "feed_weeks": empty, "account_weeks": pl.DataFrame(schema={"account_id": pl.String})}
        return Book.from_frames(
            self.until, SETTINGS, frames | {"accounts": pl.DataFrame(rows, schema=schema)} | self.frames
        )

    def plays(self) -> pl.DataFrame:
        """What began and how it ended."""
        risk, health = self._weeks("churn_risk_band", RISK), self._weeks("health_band", HEALTH)
        health = health.with_columns(last_known_band=pl.lit(None, pl.String))
        rows = [(name, day, *self.drivers.get(name, (None, None))) for name, day, _ in self.bands]
        schema = {"account_id": pl.String, "week_ending_on": pl.Date, "driver": pl.String, "driver_value": pl.Float64}
        drivers = pl.DataFrame(rows, schema=schema, orient="row")
        book = self.book()
        return outcomes(started(book, health, risk, Drivers(drivers, drivers), POLICY), POLICY, book)

    def actions(self, *tasks: dict[str, Any]) -> pl.DataFrame:
        """What is asked of whom."""
        if tasks:
            self.frames["tasks"] = pl.DataFrame(list(tasks), schema=TASKS)
        return actions(self.plays(), self.book(), POLICY, SETTINGS)


def begins(course: Course, text: str) -> None:
    """Assert a text table: account, play, begun how many days ago, how it ended, its outcome."""
    rows = course.plays().with_columns(ago=(pl.lit(course.until) - pl.col("started_on")).dt.total_days())
    found = [
        [account, play, str(ago), ended or "-", outcome]
        for account, play, ago, ended, outcome in rows.select(
            "account_id", "play", "ago", "ended", "outcome"
        ).iter_rows()
    ]
    assert found == table(text)


def test_a_play_begins_with_a_band_and_ends_with_it():
    begins(
        Course(
            """
            better    | g y g
            worse     | g y o
            lasting   | g g y
            stood     | y y y
            churned   | g y . | churned
            left      | g y .
            twice     | y g y
            """
        ),
        """
        account | play        | ago | ended  | outcome
        better  | risk_yellow | 7   | better | worked
        churned | risk_yellow | 7   | gone   | did_not_work
        lasting | risk_yellow | 0   | -      | open
        left    | risk_yellow | 7   | gone   | moot
        twice   | risk_yellow | 0   | -      | open
        worse   | risk_orange | 0   | -      | open
        worse   | risk_yellow | 7   | worse  | did_not_work
        """,
    )


def test_a_play_whose_target_date_has_passed_did_not_work_and_begins_again():
    begins(
        Course("a | g y y y y y y y\nb | g y y y y y g g\nc | g y y y y y y g"),
        """
        account | play        | ago | ended  | outcome
        a       | risk_yellow | 42  | same   | did_not_work
        a       | risk_yellow | 7   | -      | open
        b       | risk_yellow | 42  | better | did_not_work
        c       | risk_yellow | 42  | same   | did_not_work
        c       | risk_yellow | 7   | better | worked
        """,
    )


def test_plays_of_health_go_by_its_bands():
    begins(
        Course("a | h w a c\nb | h c a a\nc | h i h h"),
        """
        account | play            | ago | ended  | outcome
        a       | health_at_risk  | 7   | worse  | did_not_work
        a       | health_critical | 0   | -      | open
        a       | health_watch    | 14  | worse  | did_not_work
        b       | health_at_risk  | 7   | -      | open
        b       | health_critical | 14  | better | worked
        """,
    )


def test_special_customers_have_plays_of_their_own():
    course = Course("strategic | g o\nsmall | g o\nglobal | g o\nbranch | g g\nplain | g o")
    course.accounts["strategic"]["is_strategic"] = True
    course.accounts["small"] |= {"tier": "starter", "csm": None}
    course.accounts["branch"] |= {"parent_account_id": "global", "region": "APAC"}
    plays = course.plays().filter(pl.col("play") != "risk_orange").select("account_id", "play").rows()
    assert plays == [("global", "global_customer"), ("small", "product_led"), ("strategic", "strategic_at_risk")]


def answers(text: str) -> pl.DataFrame:
    """NPS answers: account, respondent, days ago, score, and `anonymous`."""
    rows = [
        (account, who, f"{account}{who}{ago}", f"w{ago}", AS_OF - timedelta(days=int(ago)), int(score), bool(anonymous))
        for account, who, ago, score, anonymous in table("account | who | ago | score | anonymous\n" + text)
    ]
    schema = {
        "account_id": pl.String,
        "respondent_id": pl.String,
        "response_id": pl.String,
        "wave": pl.String,
        "responded_on": pl.Date,
        "score": pl.Int64,
        "is_anonymous": pl.Boolean,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def test_an_nps_play_ends_with_the_next_answer_of_the_same_person():
    asked = answers(
        """
        better    | r | 100 | 3 |
        better    | r | 10  | 9 |
        same      | r | 100 | 3 |
        same      | r | 10  | 5 |
        other     | r | 100 | 3 |
        other     | s | 10  | 9 |
        silent    | r | 300 | 8 |
        late      | r | 300 | 7 |
        late      | r | 10  | 9 |
        nameless  | r | 100 | 3 | yes
        """
    )
    plays = Course(nps_answers=asked).plays().filter(pl.col("driver_value") < 9)
    assert plays.select("account_id", "play", "ended", "outcome").rows() == [
        ("better", "nps_detractor", "better", "worked"),
        ("late", "nps_passive", "better", "did_not_work"),
        ("other", "nps_detractor", None, "open"),
        ("same", "nps_detractor", "worse", "did_not_work"),
        ("same", "nps_detractor", None, "open"),
        ("silent", "nps_passive", None, "moot"),
    ]


def test_a_play_after_a_signal_ends_when_it_is_resolved():
    days = {"quick": (40, 10), "slow": (90, 10), "open": (40, None), "overdue": (90, None)}
    signals = pl.DataFrame(
        {
            "signal_id": list(days),
            "account_id": list(days),
            "kind": ["competitor_evaluation"] * len(days),
            "occurred_on": [AS_OF - timedelta(days=began) for began, _ in days.values()],
            "resolved_on": [end if end is None else AS_OF - timedelta(days=end) for _, end in days.values()],
        }
    )
    plays = Course(signals=signals).plays()
    assert dict(plays.select("account_id", "outcome").iter_rows()) == {
        "open": "open",
        "overdue": "did_not_work",
        "quick": "worked",
        "slow": "did_not_work",
    }


def test_the_success_rate_counts_decided_plays_only():
    course = Course("a | g y g g\nb | g y o o\nc | g g y y\nd | g y . .\ne | g y g g")
    row = success(course.plays()).filter(play="risk_yellow").row(0, named=True)
    assert row == {
        "play": "risk_yellow",
        "started_count": 5,
        "open_count": 1,
        "worked_count": 2,
        "did_not_work_count": 1,
        "moot_count": 1,
        "success_pct": 66.666667,
    }
    assert success(Course("c | g g y y").plays())["success_pct"].to_list() == [None]


def test_actions_are_due_so_many_hours_after_the_band_was_entered():
    due = Course("a | g y y\nb | g o o\nc | g r r\nd | h w w\ne | h a a\nf | h c c").actions()
    found = due.group_by("play").agg(days=(pl.col("due_on") - pl.col("started_on")).dt.total_days().unique().sort())
    assert dict(found.iter_rows()) == {
        "risk_yellow": [7],
        "risk_orange": [2],
        "risk_red": [1],
        "health_watch": [14],
        "health_at_risk": [5],
        "health_critical": [2],
    }
    counts = due.group_by("play").len()
    assert dict(counts.iter_rows())["risk_yellow"] == 4
    assert dict(counts.iter_rows())["risk_red"] == 5


def test_two_drivers_bring_two_different_first_actions():
    course = Course("a | g o\nb | g o\nc | g o")
    course.drivers = {"a": ("downtime_over_5_hours", 400.0), "b": ("training_under_30", 12.5)}
    asked = course.actions()
    extra = asked.filter(pl.len().over("title") == 1).select("account_id", "title", "owner", "driver_value").rows()
    assert extra == [
        ("a", POLICY.drivers["downtime_over_5_hours"].title, "Egon", 400.0),
        ("b", POLICY.drivers["training_under_30"].title, "Cem", 12.5),
    ]


def test_every_factor_that_adds_points_has_a_first_action():
    factors = shipped_policy().churn_risk.factors
    assert {name for name, factor in factors.items() if factor.points > 0} == POLICY.drivers.keys()


def test_an_action_keeps_its_id_until_its_play_ends_whatever_the_weekday_of_the_run():
    def ids(weeks: str, until: date) -> set[str]:
        course = Course(f"a | {weeks}", until=until)
        course.drivers = {"a": ("training_under_30", 12.5)}
        return set(course.actions().filter(pl.col("outcome") == "open")["action_id"])

    first = ids("g y", AS_OF)
    assert len(first) == 5
    assert ids("g y y", AS_OF + timedelta(days=7)) == first
    assert ids("g y y", AS_OF + timedelta(days=4)) == first
    assert not ids("g g y", AS_OF + timedelta(days=7)) & first
    assert not ids("g y g y", AS_OF + timedelta(days=14)) & first
    assert not ids("g y y y y y y", AS_OF + timedelta(days=35)) & first


def test_an_owner_is_the_accounts_person_else_the_companys_else_nobody():
    course = Course("a | g r")
    course.accounts["a"] |= {"csm": None}
    owners = dict(course.actions().select("owner_role", "owner").iter_rows())
    assert owners == {
        "ceo": "Cleo",
        "vp_customer_success": "Vera",
        "vp_engineering": "Egon",
        "account_executive": "Ada",
        "csm": None,
    }


def test_tasks_say_how_far_an_action_is():
    course = Course("a | g y y")
    asked = course.actions()
    by_id = asked.row(0, named=True)
    by_title, in_work, older = (asked.row(at, named=True) for at in (1, 2, 3))
    day = by_id["started_on"]
    told = course.actions(
        {"task_id": "1", "action_id": by_id["action_id"], "status": "completed", "completed_on": AS_OF},
        {"task_id": "2", "account_id": "a", "title": by_title["title"].upper() + "!", "status": "completed"},
        {"task_id": "3", "account_id": "a", "title": in_work["title"], "status": "in_progress", "created_on": day},
        {"task_id": "4", "account_id": "a", "title": older["title"], "created_on": day - timedelta(days=1)},
    )
    rows = {row["action_id"]: (row["status"], row["progress_pct"], row["task_match"]) for row in told.to_dicts()}
    assert rows == {
        by_id["action_id"]: ("done", 100.0, "id"),
        by_title["action_id"]: ("done", 100.0, "probable"),
        in_work["action_id"]: ("in_progress", 50.0, "probable"),
        older["action_id"]: ("open", 0.0, None),
    }


def test_what_was_not_done_is_dropped_when_its_play_ends_or_lapses():
    ended = Course("a | g y g").actions()
    assert set(ended["status"]) == {"dropped"}
    after_answers = Course(nps_answers=answers("a | r | 20 | 3 |\nb | r | 40 | 3 |")).actions()
    assert dict(
        after_answers.filter(due_on=pl.col("started_on") + timedelta(days=1)).select("account_id", "status").iter_rows()
    ) == {
        "a": "open",
        "b": "dropped",
    }


def test_the_milestones_of_a_renewal_are_asked_for_from_a_month_ahead():
    def due(segment: str, days: int) -> list[str]:
        contract = {
            "contract_id": "c",
            "account_id": "a",
            "is_in_force": True,
            "is_past_due": False,
            "has_signed_successor": False,
            "renewal_on": AS_OF + timedelta(days=days),
        }
        course = Course("a | g g", contracts=pl.DataFrame([contract]))
        course.accounts["a"]["segment"] = segment
        found = course.actions().filter(play="renewal").sort("due_on")
        return [str((row["due_on"] - contract["renewal_on"]).days) for row in found.to_dicts()]

    assert due("enterprise", 150) == ["-180", "-120"]
    assert due("smb", 150) == []
    assert due("smb", 75) == ["-90", "-60", "-45"]
    assert due("smb", 10) == ["-90", "-60", "-45", "-30", "-14", "0"]
