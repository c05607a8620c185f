"""What support promises: every cell of the table, the very second, changes on the way, pauses, what is not counted."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from pipeline.errors import UsageError
from pipeline.policy import read_policy
from pipeline.policy.sla import SlaPolicy
from pipeline.service.attainment import sla_credits, sla_summary
from pipeline.service.clocks import sla
from pipeline.service.imminent import warned
from tests.rules.books import POLICY
from tests.rules.desk import Desk, changed_policy, shipped

# tier, priority, clock, created in hours?, target in minutes, clock that counts it (infra 8.1)
TABLE = """
enterprise p0 response   in  30    always
enterprise p0 response   out 30    always
enterprise p0 resolution in  240   always
enterprise p0 resolution out 240   always
enterprise p1 response   in  120   business
enterprise p1 response   out 240   always
enterprise p1 resolution in  1440  always
enterprise p1 resolution out 1440  always
enterprise p2 response   in  240   business
enterprise p2 response   out 240   business
enterprise p2 resolution in  2880  always
enterprise p2 resolution out 2880  always
enterprise p3 response   in  480   business
enterprise p3 response   out 480   business
enterprise p3 resolution in  2700  business
enterprise p3 resolution out 2700  business
mid_market p0 response   in  60    extended
mid_market p0 response   out 240   always
mid_market p0 resolution in  480   extended
mid_market p0 resolution out 480   extended
mid_market p1 response   in  240   business
mid_market p1 response   out 240   business
mid_market p1 resolution in  1080  business
mid_market p1 resolution out 1080  business
mid_market p2 response   in  480   business
mid_market p2 response   out 480   business
mid_market p2 resolution in  1620  business
mid_market p2 resolution out 1620  business
mid_market p3 response   in  540   business
mid_market p3 response   out 540   business
mid_market p3 resolution in  3780  business
mid_market p3 resolution out 3780  business
starter    p0 response   in  240   business
starter    p0 response   out 240   business
starter    p0 resolution in  1080  business
starter    p0 resolution out 1080  business
starter    p1 response   in  480   business
starter    p1 response   out 480   business
starter    p1 resolution in  1620  business
starter    p1 resolution out 1620  business
starter    p2 response   in  540   business
starter    p2 response   out 540   business
starter    p2 resolution in  2700  business
starter    p2 resolution out 2700  business
starter    p3 response   in  1080  business
starter    p3 response   out 1080  business
starter    p3 resolution in  5400  business
starter    p3 resolution out 5400  business
"""
CELLS = [tuple(line.split()) for line in TABLE.strip().splitlines()]
WEDNESDAY, SATURDAY = "2026-06-10 10:00", "2026-06-13 12:00"


def clocked(desk: Desk, policy: SlaPolicy | None = None) -> dict[tuple[str, str], dict]:
    """The rows by ticket and clock."""
    rows = sla(desk.book(), policy or shipped()).to_dicts()
    return {(row["ticket_id"], row["clock"]): row for row in rows}


@pytest.mark.parametrize(("tier", "priority", "clock", "hours", "minutes", "counts"), CELLS)
def test_every_cell_of_the_table_has_its_target_and_its_hours(tier, priority, clock, hours, minutes, counts):
    created = WEDNESDAY if hours == "in" else SATURDAY
    row = clocked(Desk().ticket("t", created=created, tier=tier, priority=priority))["t", clock]
    assert (row["target_minutes"], row["hours"]) == (float(minutes), counts)


def test_exactly_on_target_is_met_and_one_second_more_is_a_breach_that_shows():
    desk = Desk().ticket(
        "on", created=WEDNESDAY, responded="2026-06-10 10:30:00", solved="2026-06-10 11:00", priority="p0"
    )
    desk.ticket("over", created=WEDNESDAY, responded="2026-06-10 10:30:01", solved="2026-06-10 11:00", priority="p0")
    rows = clocked(desk)
    assert (rows["on", "response"]["state"], rows["on", "response"]["elapsed_minutes"]) == ("met", 30.0)
    assert (rows["over", "response"]["state"], rows["over", "response"]["elapsed_minutes"]) == ("breached", 30.02)
    assert rows["over", "response"]["over_minutes"] == 0.02
    assert rows["on", "response"]["due_at"] == desk.at("2026-06-10 10:30")


def test_due_is_the_earliest_instant_at_which_the_target_is_reached():
    # 480 business minutes from Tuesday 10:00 are used up at Tuesday 18:00, not when Wednesday opens.
    desk = (
        Desk()
        .ticket("t", created="2026-06-09 10:00", priority="p3")
        .ticket("u", created="2026-06-09 10:01", priority="p3")
    )
    rows = clocked(desk)
    assert rows["t", "response"]["due_at"] == desk.at("2026-06-09 18:00")
    assert rows["u", "response"]["due_at"] == desk.at("2026-06-10 09:01")


def test_business_time_does_not_pass_at_night_at_weekends_and_on_holidays():
    desk = Desk(holidays=[date(2026, 6, 15)]).ticket(
        "t", created="2026-06-12 17:00", solved="2026-06-16 10:00", priority="p3"
    )
    assert clocked(desk)["t", "resolution"]["elapsed_minutes"] == 120.0


def test_an_open_ticket_is_running_until_its_due_time_is_past():
    # as_of ends at Saturday 00:00: a P0 created at 23:30 is exactly at its target.
    desk = (
        Desk()
        .ticket("at", created="2026-06-26 23:30", priority="p0")
        .ticket("past", created="2026-06-26 23:29:59", priority="p0")
    )
    rows = clocked(desk)
    assert (rows["at", "response"]["state"], rows["past", "response"]["state"]) == ("running", "breached")


def test_due_soon_is_the_last_quarter_of_the_time():
    desk = (
        Desk()
        .ticket("late", created="2026-06-26 21:00", priority="p0")
        .ticket("early", created="2026-06-26 21:00:01", priority="p0")
    )
    rows = clocked(desk)
    assert rows["late", "resolution"]["used_pct"] == 75.0
    assert (rows["late", "resolution"]["is_due_soon"], rows["early", "resolution"]["is_due_soon"]) == (True, False)


def test_a_promise_kept_with_nine_tenths_of_its_time_is_a_near_miss():
    desk = Desk().ticket("near", created=WEDNESDAY, solved="2026-06-10 10:27", priority="p0")
    desk.ticket("far", created=WEDNESDAY, solved="2026-06-10 10:26:59", priority="p0")
    rows = clocked(desk)
    assert (rows["near", "response"]["is_near_miss"], rows["far", "response"]["is_near_miss"]) == (True, False)


def test_the_target_is_that_of_the_priority_at_the_time_of_each_event():
    desk = Desk().ticket(
        "t",
        created=WEDNESDAY,
        responded="2026-06-10 12:00",
        solved="2026-06-11 09:00",
        response_priority="p3",
        resolution_priority="p0",
    )
    rows = clocked(desk)
    assert (rows["t", "response"]["priority"], rows["t", "response"]["target_minutes"]) == ("p3", 480.0)
    assert (rows["t", "resolution"]["priority"], rows["t", "resolution"]["state"]) == ("p0", "breached")
    # Elapsed time starts at the creation also where the priority changed later.
    assert rows["t", "resolution"]["elapsed_minutes"] == 23 * 60


def test_a_pause_moves_what_is_due_and_does_not_count():
    desk = Desk().ticket("t", created=WEDNESDAY, solved="2026-06-10 15:30", priority="p0")
    desk.wait("t", "2026-06-10 11:00", "2026-06-10 13:00")
    row = clocked(desk)["t", "resolution"]
    assert (row["elapsed_minutes"], row["state"], row["due_at"]) == (210.0, "met", desk.at("2026-06-10 16:00"))
    assert clocked(desk)["t", "response"]["elapsed_minutes"] == 330.0


def test_a_pause_after_the_target_was_used_up_does_not_save_it():
    desk = Desk().ticket("t", created=WEDNESDAY, solved="2026-06-10 19:00", priority="p0")
    desk.wait("t", "2026-06-10 14:00", "2026-06-10 18:59")
    row = clocked(desk)["t", "resolution"]
    assert (row["elapsed_minutes"], row["state"], row["due_at"]) == (241.0, "breached", desk.at("2026-06-10 14:00"))


def test_hold_does_not_pause_unless_the_policy_says_so():
    desk = Desk().ticket("t", created=WEDNESDAY, solved="2026-06-10 15:00", priority="p0")
    desk.wait("t", "2026-06-10 11:00", "2026-06-10 13:00", status="hold")
    assert clocked(desk)["t", "resolution"]["elapsed_minutes"] == 300.0
    assert clocked(desk, changed_policy(pausing=("pending", "hold")))["t", "resolution"]["elapsed_minutes"] == 180.0


def test_while_a_ticket_is_paused_nothing_is_due_and_time_stands_still():
    desk = Desk().ticket("t", created="2026-06-26 10:00", priority="p0").wait("t", "2026-06-26 11:00", None)
    row = clocked(desk)["t", "resolution"]
    assert (row["state"], row["elapsed_minutes"], row["due_at"], row["is_due_soon"]) == ("running", 60.0, None, False)


def test_solved_without_a_response_is_answered_by_the_solution():
    row = clocked(Desk().ticket("t", created=WEDNESDAY, solved="2026-06-10 10:20", priority="p0"))["t", "response"]
    assert (row["state"], row["elapsed_minutes"]) == ("met", 20.0)


def test_excluded_tickets_count_apart_and_raise_nothing():
    desk = Desk().ticket("t", created=WEDNESDAY, solved="2026-06-20 10:00", priority="p0", is_excluded=True)
    clocks = sla(desk.book(), shipped())
    assert clocks["state"].to_list() == ["excluded", "excluded"]
    summary = sla_summary(clocks, shipped()).to_dicts()
    assert [(row["clocks"], row["attainment_pct"], row["excluded"]) for row in summary] == [(0, None, 1), (0, None, 1)]
    assert sla_credits(clocks, shipped(), 1).is_empty()


def test_without_a_priority_nothing_is_promised_and_solved_without_a_time_nothing_is_known():
    desk = Desk().ticket("none", created=WEDNESDAY, priority=None).ticket("undated", created=WEDNESDAY, is_undated=True)
    rows = clocked(desk)
    assert {row["state"] for row in rows.values()} == {None}
    assert rows["undated", "resolution"]["elapsed_minutes"] is None
    assert sla_summary(sla(desk.book(), shipped()), shipped()).is_empty()


def test_a_book_without_tickets_has_no_clocks():
    clocks = sla(Desk().book(), shipped())
    assert clocks.is_empty()
    assert sla_summary(clocks, shipped()).is_empty()
    assert sla_credits(clocks, shipped(), 2).is_empty()


def test_the_summary_counts_what_is_decided_and_an_open_breach_with_it():
    desk = Desk().ticket("met", created=WEDNESDAY, solved="2026-06-10 10:20", priority="p0")
    desk.ticket("open", created=WEDNESDAY, priority="p0").ticket("new", created="2026-06-26 23:50", priority="p0")
    summary = sla_summary(sla(desk.book(), shipped()), shipped()).filter(clock="response").to_dicts()[0]
    wanted = {"month_on": date(2026, 6, 1), "tier": "enterprise", "priority": "p0", "clocks": 2, "met": 1, "running": 1}
    assert wanted.items() <= summary.items()
    assert (summary["attainment_pct"], summary["target_pct"]) == (50.0, 99.5)


MISSES = """
enterprise response    5  1000.00
enterprise resolution 10  2000.00
enterprise both       15  3000.00
mid_market response    3   150.00
mid_market resolution  5   250.00
mid_market both       10   500.00
starter    response    1    10.00
starter    resolution  2    20.00
starter    both        2    20.00
"""


@pytest.mark.parametrize(
    ("tier", "missed", "pct", "amount"), [tuple(line.split()) for line in MISSES.strip().splitlines()]
)
def test_a_miss_costs_its_percent_of_the_months_fee_and_two_the_percent_for_repeated_ones(tier, missed, pct, amount):
    late = "2026-06-25 10:00"
    answered = late if missed != "resolution" else "2026-06-10 10:01"
    desk = Desk().ticket("t", created=WEDNESDAY, responded=answered, solved=late, tier=tier, priority="p0")
    clocks = sla(desk.book(), shipped())
    if missed == "response":
        clocks = clocks.filter(clock="response")
    row = sla_credits(clocks, shipped(), 1).to_dicts()[0]
    assert (row["credit_pct"], row["amount"], row["state"]) == (float(pct), Decimal(amount), "proposed")


def test_three_misses_in_a_fiscal_quarter_bring_a_review():
    desk = Desk()
    for month in ("04", "05", "06"):
        desk.ticket(
            month,
            created=f"2026-{month}-10 10:00",
            responded=f"2026-{month}-10 10:01",
            solved=f"2026-{month}-12 10:00",
            priority="p0",
        )
    clocks = sla(desk.book(), shipped())
    assert sla_credits(clocks, shipped(), 1)["quarter_misses"].to_list() == [1, 2, 3]
    assert sla_credits(clocks, shipped(), 1)["review"].to_list()[:2] == [None, None]
    assert "executive review" in sla_credits(clocks, shipped(), 1)["review"][2]
    # With a fiscal year from February, April ends a quarter.
    assert sla_credits(clocks, shipped(), 2)["quarter_misses"].to_list() == [1, 1, 2]


@pytest.mark.parametrize(
    ("name", "category", "priority", "response", "resolution"),
    [
        ("playbook", "technical", "p0", 60, 240),
        ("playbook", "billing", "p1", 240, 1440),
        ("playbook", "other", "p2", 1440, 4320),
        ("playbook", None, "p3", 2880, 10080),
        ("ticket_groups", "technical", "p0", 30, 1440),
        ("ticket_groups", "technical", "p1", 120, 1440),
        ("ticket_groups", "technical", "p2", 240, 1440),
        ("ticket_groups", "implementation", "p3", 120, 2880),
        ("ticket_groups", "billing", "p2", 480, 2700),
        ("ticket_groups", "how_to", "p3", 240, 1440),
        ("ticket_groups", None, "p3", 240, 1440),
    ],
)
def test_another_set_of_promises_can_be_in_force(name, category, priority, response, resolution):
    rows = clocked(
        Desk().ticket("t", created=WEDNESDAY, category=category, priority=priority), changed_policy(in_force=name)
    )
    assert (rows["t", "response"]["target_minutes"], rows["t", "resolution"]["target_minutes"]) == (
        response,
        resolution,
    )


def test_a_workspace_names_the_set_in_force_and_changes_single_promises(tmp_path: Path):
    (tmp_path / "sla.toml").write_text(
        'in_force = "playbook"\nsets.playbook.groups.any.p0.response.within = "45 min"\n'
    )
    policy = read_policy(POLICY, tmp_path).sla
    assert (
        clocked(Desk().ticket("t", created=WEDNESDAY, priority="p0"), policy)["t", "response"]["target_minutes"] == 45
    )


def test_a_zone_that_does_not_exist_is_refused_with_its_line(tmp_path: Path):
    (tmp_path / "sla.toml").write_text('[clocks.business]\ntime_zone = "America/Nowhere"\n')
    with pytest.raises(UsageError, match=r"sla\.toml:2.*America/Nowhere.*is not a time zone"):
        read_policy(POLICY, tmp_path)


def test_a_clock_has_its_own_zone_where_the_policy_names_one():
    clocks = {"business": shipped().clocks["business"].model_dump() | {"time_zone": "Asia/Kolkata"}}
    row = clocked(Desk().ticket("t", created="2026-06-10 10:00", priority="p3"), changed_policy(clocks=clocks))[
        "t", "response"
    ]
    assert row["due_at"] == Desk(zone="Asia/Kolkata").at("2026-06-11 17:00")


def test_a_clock_that_is_nearly_used_up_at_the_end_of_a_day_is_told_once():
    desk = Desk().ticket(
        "soon", created="2026-06-10 22:00", solved="2026-06-11 08:00", priority="p1"
    )  # 24 h, warned at 16:00 next day
    desk.ticket(
        "over", created="2026-06-08 23:00", solved="2026-06-10 23:30", priority="p1"
    )  # warned 9 June 17:00, out 23:00
    desk.ticket(
        "told", created="2026-06-09 10:00", solved="2026-06-10 09:00", priority="p1"
    )  # warned 10 June 04:00, solved that day
    desk.ticket(
        "warn", created="2026-06-08 23:59", solved="2026-06-12 10:00", priority="p2"
    )  # 48 h: warned 10 June 11:59, out 23:59
    desk.ticket(
        "late", created="2026-06-09 05:00", solved="2026-06-12 10:00", priority="p2"
    )  # warned 10 June 17:00, out 11 June 05:00
    clocks = sla(desk.book(), shipped()).filter(clock="resolution")
    events = warned(desk.book(), clocks)
    assert events.select("subject_id", "happened_on").rows() == [("late/resolution", date(2026, 6, 10))]
    assert events["detail"].to_list() == ["resolution to ticket late is due 11 June, 05:00"]
    assert desk.book().hearing(events).alert_events.height == 1


def test_clocks_are_the_same_whatever_the_order_of_the_rows():
    desk = Desk()
    for number in range(40):
        desk.ticket(
            f"{number:02}",
            created=f"2026-06-{1 + number % 25:02} {number % 24:02}:10",
            solved="2026-06-26 10:00",
            tier=("enterprise", "starter")[number % 2],
            priority=f"p{number % 4}",
        )
    whole = sla(desk.book(), shipped())
    desk.tickets.reverse()
    assert sla(desk.book(), shipped()).equals(whole)
    assert whole.select("ticket_id", "clock").is_duplicated().sum() == 0
    assert (whole["due_at"] - whole["created_at"]).min() > timedelta(0)
    assert whole.filter(pl.col("state").is_null()).is_empty()
