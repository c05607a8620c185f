"""The red list: as many accounts as the team can save, by what their loss would cost, followed up a week later."""

from datetime import date, timedelta
from decimal import Decimal

import polars as pl

from pipeline.book import Book
from pipeline.scoring.red_list import red_list, red_list_record
from pipeline.workspace import as_settings
from tests.rules.books import AS_OF, shipped_policy, table

POLICY = shipped_policy().churn_risk.red_list
SETTINGS = as_settings({"company": {"name": "Example"}})
WEEK = timedelta(days=7)


class Desk:
    """Accounts week by week: health band, risk band, ARR, days to the decision, CSM; in a text table."""

    def __init__(self, text: str, *, csms: int = 1, churned: dict[str, date] | None = None) -> None:
        self.rows, self.csms, self.churned = table(text), csms, churned or {}

    def book(self) -> Book:
        """The book of these accounts."""
        weeks, risks = [], []
        for at, (name, ago, _, _, arr, days) in enumerate(self.rows):
            day = AS_OF - int(ago) * WEEK
            csm = f"CSM {at % self.csms}"
            weeks.append((name, day, True, Decimal(arr), csm))
            risks.append((name, day, None if days == "-" else day + timedelta(days=int(days))))
        key = {"account_id": pl.String, "week_ending_on": pl.Date}
        money = {"is_scored": pl.Boolean, "arr": pl.Decimal(18, 2), "csm": pl.String}
        names = sorted({row[0] for row in self.rows} | self.churned.keys())
        frames = {
            "weeks": pl.DataFrame({"week_ending_on": [AS_OF]}),
            "feed_weeks": pl.DataFrame({"week_ending_on": [AS_OF]}),
            "accounts": pl.DataFrame(
                {"account_id": names, "churned_on": [self.churned.get(name) for name in names]},
                schema_overrides={"churned_on": pl.Date},
            ),
            "account_weeks": pl.DataFrame(weeks, schema=key | money, orient="row"),
            "risk_weeks": pl.DataFrame(risks, schema=key | {"contract_next_decision_on": pl.Date}, orient="row"),
        }
        return Book.from_frames(AS_OF, SETTINGS, frames)

    def listed(self, saves: float = 3) -> pl.DataFrame:
        """The list of every week."""
        rows = [(name, AS_OF - int(ago) * WEEK, health, risk) for name, ago, health, risk, *_ in self.rows]
        key = {"account_id": pl.String, "week_ending_on": pl.Date}
        bands = pl.DataFrame(rows, schema=key | {"health_band": pl.String, "churn_risk_band": pl.String}, orient="row")
        health = bands.drop("churn_risk_band").with_columns(last_known_band=pl.lit("at_risk"))
        churn = bands.drop("health_band").with_columns(churn_risk_points=pl.lit(50))
        return red_list(self.book(), health, churn, POLICY, saves)

    def named(self, saves: float = 3) -> list[str]:
        """Who is on it at the as-of day, the first first."""
        return self.listed(saves).filter(week_ending_on=AS_OF)["account_id"].to_list()


def test_those_with_a_bad_band_of_either_kind_are_listed():
    desk = Desk(
        """
        account | ago | health            | risk   | arr  | days
        a       | 0   | at_risk           | green  | 1000 | -
        b       | 0   | watch             | orange | 1000 | -
        c       | 0   | critical          | red    | 1000 | -
        d       | 0   | watch             | yellow | 1000 | -
        e       | 0   | healthy           | green  | 1000 | -
        f       | 0   | insufficient_data | green  | 1000 | -
        """
    )
    assert desk.named(9) == ["c", "a", "f", "b"]


def test_the_order_is_that_of_the_expected_loss_then_the_arr():
    desk = Desk(
        """
        account | ago | health   | risk | arr  | days
        far     | 0   | critical | red  | 1000 | 180
        farther | 0   | critical | red  | 1000 | 400
        middle  | 0   | critical | red  | 1000 | 105
        near    | 0   | critical | red  | 1000 | 30
        nearer  | 0   | critical | red  | 1000 | 1
        never   | 0   | critical | red  | 1000 | -
        rich    | 0   | at_risk  | red  | 2000 | 30
        """
    )
    listed = desk.listed(9).select("account_id", "expected_loss").rows()
    assert listed == [
        ("rich", 1100.0),
        ("near", 750.0),
        ("nearer", 750.0),
        ("middle", 468.75),
        ("far", 187.5),
        ("farther", 187.5),
        ("never", 187.5),
    ]


def test_the_list_is_as_long_as_the_team_can_save():
    rows = "\n".join(f"a{number} | 0 | critical | red | {1000 - number} | 10" for number in range(9))
    head = "account | ago | health | risk | arr | days\n"
    assert len(Desk(head + rows).named(3)) == 3
    assert len(Desk(head + rows, csms=2).named(3)) == 6
    assert len(Desk(head + rows).named(0.5)) == 1
    assert Desk(head + rows).named(0) == []
    assert Desk(head + rows).named(3) == ["a0", "a1", "a2"]


FOLLOWED = """
    account | ago | health   | risk   | arr  | days
    better  | 1   | critical | red    | 1000 | 20
    better  | 0   | at_risk  | red    | 1000 | 13
    calmer  | 1   | at_risk  | red    | 1000 | 20
    calmer  | 0   | at_risk  | yellow | 1000 | 13
    worse   | 1   | at_risk  | red    | 1000 | 20
    worse   | 0   | critical | red    | 1000 | 13
    same    | 1   | at_risk  | red    | 1000 | 20
    same    | 0   | at_risk  | red    | 1000 | 13
    gone    | 1   | critical | red    | 1000 | 20
    renewed | 1   | at_risk  | red    | 1000 | 20
    renewed | 0   | at_risk  | red    | 1000 | 378
    open    | 1   | at_risk  | red    | 1000 | 20
    open    | 0   | at_risk  | red    | 1000 | -
"""


def test_last_weeks_list_is_followed_up():
    listed = Desk(FOLLOWED).listed(9)
    last_week = listed.filter(week_ending_on=AS_OF - WEEK)
    assert dict(last_week.select("account_id", "followed").iter_rows()) == {
        "better": "better",
        "calmer": "better",
        "worse": "worse",
        "same": "same",
        "gone": "churned",
        "renewed": "renewed",
        "open": "renewed",
    }
    assert listed.filter(week_ending_on=AS_OF)["followed"].null_count() == 6


def test_the_record_says_how_many_losses_were_named_in_time_and_how_many_named_ones_stayed():
    churned = {"gone": AS_OF, "unseen": AS_OF, "long_ago": AS_OF - timedelta(days=400)}
    desk = Desk(FOLLOWED, churned=churned)
    record = red_list_record(desk.listed(9), desk.book(), POLICY).to_dicts()
    assert record == [
        {
            "month_on": AS_OF.replace(day=1),
            "lost_count": 2,
            "named_count": 1,
            "renewed_count": 2,
            "listed_lost_count": 1,
            "detection_pct": 50.0,
            "save_pct": 100.0 * 2 / 3,
        }
    ]


def test_a_loss_counts_as_named_for_90_days():
    def detected(days: int) -> float:
        churned_on = AS_OF - WEEK + timedelta(days=days)
        desk = Desk(
            "account | ago | health | risk | arr | days\na | 1 | critical | red | 1 | -", churned={"a": churned_on}
        )
        record = red_list_record(desk.listed(), desk.book(), POLICY)
        return float(record.drop_nulls("detection_pct")["detection_pct"].item())

    assert detected(90) == 100.0
    assert detected(91) == 0.0
