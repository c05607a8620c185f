"""How high a ticket must climb, who is told, when the customer hears from us, and what is an issue of the platform."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from pipeline.book import Book
from pipeline.service.clocks import sla
from pipeline.service.escalations import escalations
from pipeline.service.platform import platform_issues, platform_tickets
from tests.rules.desk import Desk, ladder, shipped

PEOPLE = {"cs_manager": "Mara", "vp_engineering": "Enzo", "vp_product": "Petra", "coo": "Otto", "cto": "Tom"}


def climbed(desk: Desk) -> dict[str, dict[str, Any]]:
    """The escalations by ticket."""
    return {row["ticket_id"]: row for row in _rows(desk.book()).to_dicts()}


def _rows(book: Book) -> pl.DataFrame:
    hit = platform_tickets(book.ticket_clocks, ladder())
    return escalations(book, sla(book, shipped()), hit, ladder(), PEOPLE)


# tier, priority, created (the desk looks at midnight after Friday 26 June), level due
LEVELS = """
enterprise p0 2026-06-26 23:45    1
enterprise p0 2026-06-26 23:00    2
enterprise p0 2026-06-26 22:00    3
enterprise p1 2026-06-26 23:00    1
enterprise p1 2026-06-26 20:00    2
enterprise p2 2026-06-26 14:00    1
enterprise p2 2026-06-26 15:00    1
enterprise p2 2026-06-26 13:59    2
enterprise p2 2026-06-26 16:00    0
enterprise p3 2026-06-26 12:01    0
enterprise p3 2026-06-26 12:00    1
enterprise p3 2026-06-26 09:59    2
enterprise p3 2026-06-25 10:59    3
enterprise p3 2026-06-25 11:00    2
mid_market p0 2026-06-26 23:30    1
mid_market p0 2026-06-26 22:59    2
mid_market p0 2026-06-26 22:00    3
mid_market p2 2026-06-26 10:00    1
mid_market p2 2026-06-26 09:59    2
mid_market p3 2026-06-26 12:00    0
mid_market p3 2026-06-26 09:00    1
starter    p0 2026-06-26 23:30    1
starter    p0 2026-06-26 22:30    2
starter    p1 2026-06-26 23:30    1
starter    p1 2026-06-26 19:00    2
starter    p2 2026-06-26 00:01    0
starter    p2 2026-06-26 00:00    1
starter    p3 2026-05-01 10:00    0
"""


@pytest.mark.parametrize(
    ("tier", "priority", "day", "hour", "level"), [tuple(line.split()) for line in LEVELS.strip().splitlines()]
)
def test_the_level_due_is_the_highest_that_age_severity_and_tier_ask_for(tier, priority, day, hour, level):
    found = climbed(Desk().ticket("t", created=f"{day} {hour}", tier=tier, priority=priority))
    assert (found["t"]["level_due"] if found else 0) == int(level)


def test_a_go_live_that_is_blocked_and_a_security_ticket_are_critical():
    desk = Desk().ticket("live", created="2026-06-26 23:50", priority="p3", affects_go_live=True)
    desk.ticket("safe", created="2026-06-26 23:50", priority="p2", is_security=True)
    found = climbed(desk)
    assert {row["severity"] for row in found.values()} == {"p0"}
    assert "Tom" in found["safe"]["told"].split("; ")
    assert "Tom" not in found["live"]["told"].split("; ")


def test_a_data_breach_goes_to_the_ceo_and_legal_at_once():
    desk = Desk().ticket(
        "t", created="2026-06-26 23:59", priority="p1", is_security=True, subject="Possible Data Breach"
    )
    row = climbed(desk)["t"]
    assert (row["level_due"], row["reasons"]) == (4, "it may be a data breach")
    assert {"CEO", "legal", "Tom"} <= set(row["told"].split("; "))


def test_everyone_up_to_the_level_is_told_by_name_or_else_by_role():
    desk = Desk().ticket("t", created="2026-06-26 20:00", tier="starter", priority="p0")
    assert climbed(desk)["t"]["told"] == "Cem; Mara; Enzo; Petra; Otto"
    large = Desk().ticket("t", created="2026-06-26 23:59", priority="p1")
    assert climbed(large)["t"]["told"] == "Cem; Mara; Egon"


def test_whoever_may_leave_brings_in_the_account_executive_and_a_critical_large_contract_the_ceo():
    signals = pl.DataFrame(
        {"account_id": ["a"], "kind": ["competitor_evaluation"], "resolved_on": [None]},
        schema_overrides={"resolved_on": pl.Date},
    )
    calm = Desk(frames={"signals": signals}).ticket("t", created="2026-06-26 23:59", priority="p1")
    assert (climbed(calm)["t"]["level_due"], "Ada" in climbed(calm)["t"]["told"]) == (1, True)
    critical = Desk(frames={"signals": signals}).ticket("t", created="2026-06-26 23:59", priority="p0")
    assert (climbed(critical)["t"]["level_due"], "CEO" in climbed(critical)["t"]["told"]) == (4, True)


@pytest.mark.parametrize(
    ("priority", "update", "root_cause"),
    [
        ("p0", "2026-06-27 00:20", "2026-06-27 21:50"),
        ("p1", "2026-06-27 01:50", None),
        ("p2", "2026-06-27 21:50", None),
        ("p3", None, None),
    ],
)
def test_the_next_update_and_the_root_cause_are_due_by_severity(priority, update, root_cause):
    desk = Desk().ticket("t", created="2026-06-26 21:50", priority=priority, level_now=1)
    row = climbed(desk)["t"]
    assert row["next_update_at"] == (desk.at(update) if update else None)
    assert row["rca_due_at"] == (desk.at(root_cause) if root_cause else None)


def test_a_ticket_that_became_critical_later_climbs_from_then():
    desk = Desk().ticket("t", created="2026-06-20 10:00", tier="starter", priority="p0")
    desk.tickets[0]["critical_at"] = desk.at("2026-06-26 23:30")
    assert climbed(desk)["t"]["level_due"] == 1


def test_an_excluded_ticket_has_no_clock_to_climb_by_and_one_with_a_level_is_listed_anyway():
    desk = Desk().ticket("quiet", created="2026-06-01 10:00", priority="p3", is_excluded=True)
    desk.ticket("known", created="2026-06-26 23:00", priority="p3", level_now=2)
    desk.ticket("done", created="2026-06-26 22:00", solved="2026-06-26 23:00", priority="p0", level_now=4)
    found = climbed(desk)
    assert {name: (row["level_now"], row["level_due"]) for name, row in found.items()} == {"known": (2, 0)}


def test_past_twice_the_time_a_credit_is_due():
    desk = (
        Desk()
        .ticket("twice", created="2026-06-24 09:00", priority="p2")
        .ticket("once", created="2026-06-26 14:00", priority="p2")
    )
    found = climbed(desk)
    assert (found["twice"]["is_credit_due"], found["once"]["is_credit_due"]) == (True, False)
    assert "Otto" in found["twice"]["told"]


def crowd(*minutes: int, accounts: str = "abc", **values: Any) -> Desk:
    desk = Desk()
    for number, (minute, account) in enumerate(zip(minutes, accounts, strict=True)):
        at = f"2026-06-26 {10 + minute // 60:02}:{minute % 60:02}"
        desk.ticket(f"t{number}", created=at, account_id=account, tier="starter", **values)
    return desk


def hit(desk: Desk) -> list[str]:
    return platform_tickets(desk.book().ticket_clocks, ladder())["ticket_id"].to_list()


def test_the_same_trouble_at_three_accounts_within_four_hours_is_an_issue_of_the_platform():
    assert hit(crowd(0, 120, 240)) == ["t0", "t1", "t2"]
    assert hit(crowd(0, 120, 241)) == []
    assert hit(crowd(0, 120, 240, accounts="aab")) == []
    assert hit(crowd(0, 120, 240, priority="p2")) == []
    assert hit(crowd(0, 10, 20, 250, accounts="abcd")) == ["t0", "t1", "t2", "t3"]
    mixed = crowd(0, 10, 20)
    mixed.tickets[1]["category"] = "billing"
    assert hit(mixed) == []


def test_solved_tickets_count_towards_a_platform_issue():
    assert hit(crowd(0, 10, 20, solved="2026-06-26 20:00")) == ["t0", "t1", "t2"]


def test_urgent_tickets_during_an_incident_of_everyone_are_an_issue_of_the_platform():
    desk = Desk().ticket("in", created="2026-06-26 10:00", is_in_general_incident=True)
    desk.ticket("calm", created="2026-06-26 10:00", is_in_general_incident=True, priority="p2")
    assert hit(desk) == ["in"]


def test_platform_tickets_belong_to_the_same_issue_until_a_gap():
    desk = crowd(0, 10, 20, 400, 410, 420, accounts="abcabc")
    book = desk.book()
    found = platform_issues(book.ticket_clocks, platform_tickets(book.ticket_clocks, ladder()))
    assert found.select("issue_id", "ticket_count", "account_count", "open_count").rows() == [
        ("technical/t0", 3, 3, 3),
        ("technical/t3", 3, 3, 3),
    ]


def test_a_starter_ticket_climbs_by_age_only_when_it_is_an_issue_of_the_platform():
    desk = crowd(0, 10, 20, priority="p1")
    alone = Desk().ticket("t", created="2026-06-26 10:00", tier="starter", priority="p1")
    assert climbed(alone)["t"]["level_due"] == 2  # P1 for hours
    assert {row["level_due"] for row in climbed(desk).values()} == {2}
    assert "several customers are affected" in climbed(desk)["t0"]["reasons"]
    old = Desk(as_of=date(2026, 6, 30))
    for account in "abc":
        old.ticket(account, created="2026-06-26 10:00", account_id=account, tier="starter", priority="p1")
    assert {row["level_due"] for row in climbed(old).values()} == {3}
