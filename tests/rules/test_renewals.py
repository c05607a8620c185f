"""Renewals: successor and split, category, chance, milestones, risk form, call, price."""

from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from pipeline.revenue.renewals_terms import with_successor
from tests.rules.books import AS_OF, table
from tests.rules.renewal_books import CONTRACTS, Renewing, day, one


def shares(due: list[tuple[str, str]], successor: str) -> list[str]:
    rows = [
        {"contract_id": name, "account_id": "a", "arr": Decimal(arr), "successor_contract_id": "next"}
        for name, arr in due
    ]
    known = pl.DataFrame(
        [*rows, {"contract_id": "next", "account_id": "a", "arr": Decimal(successor), "starts_on": AS_OF}],
        schema=CONTRACTS,
    )
    split = with_successor(known.filter(pl.col("contract_id") != "next"), known).sort("contract_id")
    return [str(value) for value in split["successor_arr"]]


@pytest.mark.parametrize(
    ("due", "successor", "expected"),
    [
        ([("a", "100.00")], "90.00", ["90.00"]),
        ([("a", "50.00"), ("b", "50.00")], "100.01", ["50.01", "50.00"]),
        ([("a", "1.00"), ("b", "1.00"), ("c", "1.00")], "10.00", ["3.33", "3.33", "3.34"]),
        ([("a", "0.00"), ("b", "10.00")], "12.00", ["0.00", "12.00"]),
        ([("a", "0.00"), ("b", "0.00")], "5.00", ["0.00", "5.00"]),
        ([("a", "2.00"), ("b", "1.00")], "0.01", ["0.01", "0.00"]),
    ],
)
def test_a_shared_successor_is_split_half_up_and_the_last_takes_the_rest(
    due: list[tuple[str, str]], successor: str, expected: list[str]
) -> None:
    assert shares(due, successor) == expected
    assert sum(map(Decimal, expected)) == Decimal(successor)


def test_won_is_the_smaller_of_due_and_successor_and_the_rest_is_uplift_or_downsell() -> None:
    book = (
        Renewing()
        .contract("up", 20, "100.00", successor="up2", signed=-5)
        .contract("up2", 385, "130.00", account="up", starts=21)
        .contract("down", 20, "100.00", successor="down2", signed=-5)
        .contract("down2", 385, "80.00", account="down", starts=21)
        .contract("none", 20, "100.00")
    )
    rows = book.tables()["renewals"]
    up, down, none = (one(rows, contract_id=name) for name in ("up", "down", "none"))
    shown = [[str(row[name]) for name in ("won_arr", "uplift_arr", "downsell_arr")] for row in (up, down)]
    assert shown == [["100.00", "30.00", "0.00"], ["80.00", "0.00", "20.00"]]
    assert [none[name] for name in ("successor_arr", "uplift_arr", "downsell_arr")] == [None, None, None]
    assert [up["category"], up["probability_pct"], str(up["expected_arr"])] == ["closed_won", 100.0, "100.00"]


def test_who_is_due_is_in_force_within_twelve_months_or_past_due() -> None:
    book = (
        Renewing()
        .contract("in-12-months", 365, starts=0)
        .contract("a-day-later", 366, starts=0)
        .contract("today", 0)
        .contract("past-due", -30)
        .contract("out-of-grace", -31)
        .contract("past-and-cancelled", -3, cancelled=-10)
        .contract("of-nothing", 20, "0.00")
    )
    due = set(book.tables()["renewals"]["contract_id"])
    assert due == {"in-12-months", "today", "past-due", "of-nothing"}


@pytest.mark.parametrize(
    ("band", "values", "category"),
    [
        ("healthy", {}, "commit"),
        ("watch", {}, "best_case"),
        ("at_risk", {}, "at_risk"),
        ("critical", {}, "at_risk"),
        ("insufficient_data", {}, "best_case"),
        ("healthy", {"cancelled": -1}, "lost"),
        ("critical", {"successor": "b", "signed": -1}, "closed_won"),
        ("critical", {"successor": "b", "signed": -1, "cancelled": -9}, "closed_won"),
    ],
)
def test_the_category_goes_by_papers_first_then_by_chance(band: str, values: dict[str, Any], category: str) -> None:
    book = Renewing().contract("a", 50, **values).contract("b", 500, account="a", starts=51).band("a", band)
    assert one(book.tables()["renewals"], contract_id="a")["category"] == category


def test_a_red_flag_keeps_a_likely_renewal_out_of_commit() -> None:
    book = Renewing().contract("a", 50).band("a", "healthy")
    book.flags.append(("a", 0))
    assert one(book.tables()["renewals"], contract_id="a")["category"] == "best_case"
    book.flags[:] = [("a", 1)]
    assert one(book.tables()["renewals"], contract_id="a")["category"] == "commit"


def test_without_own_renewals_the_chance_is_the_prior_and_n_is_0() -> None:
    book = Renewing()
    for band in ("healthy", "watch", "at_risk", "critical", "insufficient_data"):
        book.contract(band, 50).band(band, band)
    rows = book.tables()["renewals"]
    chances = dict(rows.select("contract_id", "probability_pct").iter_rows())
    assert chances == {"healthy": 95.0, "watch": 75.0, "at_risk": 45.0, "critical": 25.0, "insufficient_data": 60.0}
    assert rows["probability_n"].to_list() == [0] * 5
    assert all(
        low < chance < high
        for low, chance, high in rows.select(
            "probability_low_pct", "probability_pct", "probability_high_pct"
        ).iter_rows()
    )


def test_own_renewals_seen_from_the_same_distance_move_the_chance() -> None:
    book = Renewing().contract("due", 20).band("due", "watch")
    for number in range(4):
        name = f"past{number}"
        won = number < 3
        book.contract(name, -40, successor=f"{name}x" if won else None, signed=-50 if won else None).band(name, "watch")
    row = one(book.tables()["renewals"], contract_id="due")
    assert row["distance_days"] == 30
    assert row["probability_n"] == 4
    assert row["probability_pct"] == pytest.approx(100 * (15 + 3) / 24)


def test_a_renewal_decided_before_the_distance_is_no_evidence_for_it() -> None:
    book = Renewing().contract("due", 20).band("due", "watch").band("early", "watch")
    book.contract("early", -40, successor="x", signed=-75)
    tables = book.tables()
    counts = dict(tables["renewal_chances"].filter(pl.col("cell") == "watch").select("distance_days", "n").iter_rows())
    assert counts == {90: 1, 60: 1, 30: 0}


def test_weeks_that_are_incomplete_and_bands_that_are_unknown_teach_no_band() -> None:
    book = Renewing().contract("due", 20).band("due", "watch")
    book.contract("early", -40, successor="x", signed=-41).band("early", "watch")
    book.contract("vague", -40, successor="y", signed=-41).band("vague", "insufficient_data")
    book.incomplete.add(10)
    rows = book.tables()["renewal_chances"].filter(pl.col("distance_days") == 30)
    assert {row["cell"]: row["n"] for row in rows.to_dicts() if row["n"]} == {}
    book.incomplete.clear()
    rows = book.tables()["renewal_chances"].filter(pl.col("distance_days") == 30)
    assert {row["cell"]: row["n"] for row in rows.to_dicts() if row["n"]} == {"watch": 1, "overall": 2}


def test_expected_is_the_chance_times_arr_less_the_mean_downsell() -> None:
    book = Renewing().contract("due", 50, "200.00").band("due", "at_risk")
    book.contract("past", -20, "100.00", account="other", successor="past2", signed=-25)
    book.contract("past2", 345, "90.00", account="other", starts=-19)
    row = one(book.tables()["renewals"], contract_id="due")
    assert (row["downsell_share_pct"], row["downsell_n"]) == (10.0, 1)
    assert str(row["expected_arr"]) == "81.00"


# ---------------------------------------------------------------- milestones


def step(book: Renewing, milestone: str, contract: str = "a") -> dict[str, Any]:
    return one(book.tables()["renewal_milestones"], contract_id=contract, milestone=milestone)


@pytest.mark.parametrize(
    "line",
    table(
        """
        renewal in | milestone         | state
        98         | health_assessment | ahead
        97         | health_assessment | due
        90         | health_assessment | due
        89         | health_assessment | overdue
        60         | kickoff           | due
        59         | kickoff           | overdue
        46         | proposal          | due
        29         | negotiation       | overdue
        14         | execution         | due
        13         | execution         | overdue
        1          | complete          | due
        0          | complete          | due
        -1         | complete          | overdue
        """
    ),
)
def test_a_milestone_is_ahead_due_or_overdue_by_its_date(line: list[str]) -> None:
    days, milestone, state = line
    assert step(Renewing().contract("a", int(days) - 1), milestone)["state"] == state


@pytest.mark.parametrize(
    "line",
    table(
        """
        milestone         | kind         | detail          | days before | state
        health_assessment | health_check |                 | 120         | done
        health_assessment | health_check |                 | 121         | overdue
        health_assessment | health_check |                 | 60          | done
        health_assessment | health_check |                 | 59          | overdue
        health_assessment | qbr          |                 | 90          | done
        health_assessment | meeting      | Adoption review | 90          | done
        health_assessment | meeting      | Weekly sync     | 90          | overdue
        health_assessment | call         | Adoption review | 90          | overdue
        kickoff           | opportunity  |                 | 200         | done
        kickoff           | task         | Prepare renewal | 70          | done
        kickoff           | task         | Prepare renewal | 271         | overdue
        proposal          | stage        | Proposal        | 50          | done
        proposal          | stage        | Qualification   | 50          | overdue
        proposal          | stage        | Negotiation     | 50          | done
        negotiation       | stage        | Negotiation     | 40          | done
        negotiation       | stage        | Proposal        | 40          | overdue
        """
    ),
)
def test_each_milestone_is_done_by_its_own_evidence(line: list[str]) -> None:
    milestone, kind, detail, days, state = line
    book = Renewing().contract("a", 9)
    book.add(
        "renewal_events",
        contract_id="a",
        account_id="a",
        kind=kind,
        detail=detail or None,
        happened_on=day(10 - int(days)),
        reference="r",
    )
    assert step(book, milestone)["state"] == state


def test_a_stage_without_a_dated_change_counts_without_a_date() -> None:
    book = Renewing().contract("a", 40)
    book.add(
        "renewal_events",
        contract_id="a",
        account_id="a",
        kind="stage",
        detail="Proposal",
        happened_on=None,
        reference="r",
    )
    found = step(book, "proposal")
    assert (found["state"], found["happened_on"]) == ("done", None)


def test_only_enterprise_has_the_two_early_milestones() -> None:
    book = Renewing().contract("big", 200).contract("small", 200).account("big", segment="enterprise")
    steps = book.tables()["renewal_milestones"]
    counts = dict(steps.group_by("contract_id").len().iter_rows())
    assert counts == {"big": 8, "small": 6}
    assert step(book, "early_engagement", "big")["state"] == "ahead"


def test_a_signed_contract_implies_the_steps_that_lead_to_it_but_no_health_assessment() -> None:
    book = Renewing().contract("a", 9, successor="b", signed=-3).contract("b", 374, account="a", starts=10)
    states = {row["milestone"]: row["state"] for row in book.tables()["renewal_milestones"].to_dicts()}
    assert states == {
        "health_assessment": "overdue",
        "kickoff": "done",
        "proposal": "done",
        "negotiation": "done",
        "execution": "done",
        "complete": "ahead",
    }
    assert step(book, "kickoff")["evidence"] == "implied by: contract signed"


def test_readiness_counts_the_milestones_whose_date_has_come() -> None:
    book = Renewing().contract("a", 39).contract("far", 300)
    book.add(
        "renewal_events",
        contract_id="a",
        account_id="a",
        kind="opportunity",
        detail=None,
        happened_on=day(-20),
        reference="r",
    )
    book.add(
        "renewal_events",
        contract_id="a",
        account_id="a",
        kind="stage",
        detail="Negotiation",
        happened_on=day(-1),
        reference="r",
    )
    rows = book.tables()["renewals"]
    near, far = one(rows, contract_id="a"), one(rows, contract_id="far")
    assert near["readiness_pct"] == pytest.approx(200 / 3)
    assert (near["milestones_due"], near["milestones_done"], near["next_milestone"]) == (3, 2, "health_assessment")
    assert (far["readiness_pct"], far["next_milestone"]) == (None, "health_assessment")


# ---------------------------------------------------------------- the risk form


def answer(book: Renewing, risk: str) -> str:
    return str(one(book.tables()["renewal_risks"], contract_id="a", risk=risk)["answer"])


def test_the_form_has_seven_lines_for_every_contract_due() -> None:
    rows = Renewing().contract("a", 50).contract("b", 70).tables()["renewal_risks"]
    assert dict(rows.group_by("contract_id").len().iter_rows()) == {"a": 7, "b": 7}


@pytest.mark.parametrize(("dau", "expected"), [(29.9, "yes"), (30.0, "no"), (None, "unknown")])
def test_use_under_30_percent_of_capacity_is_a_risk(dau: float | None, expected: str) -> None:
    book = Renewing().contract("a", 50)
    if dau is not None:
        book.dau["a"] = dau
    assert answer(book, "low_usage") == expected


@pytest.mark.parametrize(("count", "expected"), [(5, "no"), (6, "yes")])
def test_more_than_five_tickets_in_30_days_are_a_risk(count: int, expected: str) -> None:
    book = Renewing().contract("a", 50)
    book.add("account_weeks", account_id="a", week_ending_on=AS_OF, ticket_created_count_30d=count)
    assert answer(book, "high_tickets") == expected


@pytest.mark.parametrize(
    ("mart", "row", "risk", "expected"),
    [
        ("qbrs", {"held_on": day(-10), "satisfaction": 2.5}, "negative_review", "yes"),
        ("qbrs", {"held_on": day(-10), "satisfaction": 3.0}, "negative_review", "no"),
        ("qbrs", {"held_on": day(-181), "satisfaction": 1.0}, "negative_review", "no"),
        (
            "activities_recent",
            {"type": "qbr", "sentiment": "negative", "occurred_on": day(-9)},
            "negative_review",
            "yes",
        ),
        ("contacts", {"role": "champion", "departed_on": day(-179), "full_name": "P"}, "champion_left", "yes"),
        ("contacts", {"role": "champion", "departed_on": day(-180), "full_name": "P"}, "champion_left", "no"),
        ("contacts", {"role": "user", "departed_on": day(-5), "full_name": "P"}, "champion_left", "no"),
        ("signals", {"kind": "champion_departed", "occurred_on": day(-5)}, "champion_left", "yes"),
        ("signals", {"kind": "competitor_evaluation", "occurred_on": day(-5)}, "competitor", "yes"),
        ("signals", {"kind": "competitor_evaluation", "occurred_on": day(-180)}, "competitor", "no"),
        (
            "signals",
            {"kind": "competitor_evaluation", "occurred_on": day(-9), "resolved_on": day(-1)},
            "competitor",
            "no",
        ),
        ("signals", {"kind": "budget_cut", "occurred_on": day(-5)}, "budget", "yes"),
        ("risks", {"type": "budget", "created_on": day(-400), "status": "monitoring"}, "budget", "yes"),
        ("risks", {"type": "budget", "created_on": day(-400), "status": "resolved"}, "budget", "no"),
        (
            "feedback_items",
            {"is_feature_request": True, "received_on": day(-5), "decision": "backlog"},
            "roadmap_requests",
            "yes",
        ),
        (
            "feedback_items",
            {"is_feature_request": True, "received_on": day(-5), "decision": "rejected"},
            "roadmap_requests",
            "no",
        ),
        ("feedback_items", {"is_feature_request": False, "received_on": day(-5)}, "roadmap_requests", "no"),
    ],
)
def test_each_line_of_the_form_is_answered_from_data(mart: str, row: dict[str, Any], risk: str, expected: str) -> None:
    book = Renewing().contract("a", 50).add(mart, account_id="a", **row)
    assert answer(book, risk) == expected


def test_a_line_whose_feed_never_came_is_unknown_not_no() -> None:
    book = Renewing().contract("a", 50)
    book.add("feed_weeks", feed="signals", week_ending_on=AS_OF, has_rows=False)
    rows = book.tables()["renewal_risks"]
    answers = {row["risk"]: row["answer"] for row in rows.to_dicts()}
    assert (answers["competitor"], answers["budget"], answers["champion_left"]) == ("unknown", "unknown", "no")
    assert one(book.tables()["renewals"], contract_id="a")["risks_unknown"] == 3


# ---------------------------------------------------------------- call and price


@pytest.mark.parametrize(
    ("band", "deal", "expected"),
    [
        ("watch", {"probability_pct": 99.0}, None),
        ("watch", {"probability_pct": 49.0}, "CRM says 49%, the base rate 75%"),
        ("at_risk", {"forecast_category": "commit"}, "CRM says 95%, the base rate 45%"),
        ("watch", {"forecast_category": "commit"}, None),
        ("healthy", {"forecast_category": "omitted"}, "CRM says 0%, the base rate 95%"),
        (
            "at_risk",
            {"forecast_category": "commit", "probability_pct": 60.0},
            "CRM commits it, the category is at risk",
        ),
    ],
)
def test_the_crm_and_the_base_rate_disagree_beyond_25_points_or_by_category(
    band: str, deal: dict[str, Any], expected: str | None
) -> None:
    book = Renewing().contract("a", 50).band("a", band)
    book.add(
        "opportunities", opportunity_id="o", account_id="a", type="renewal", contract_id="a", created_on=day(-5), **deal
    )
    assert one(book.tables()["renewals"], contract_id="a")["disagreement"] == expected


def test_a_deal_that_names_the_contract_speaks_before_one_that_names_none() -> None:
    book = Renewing().contract("a", 50).contract("b", 60, account="a").band("a", "watch")
    for name, contract, percent in (("o1", "a", 70.0), ("o2", None, 80.0)):
        book.add(
            "opportunities",
            opportunity_id=name,
            account_id="a",
            type="renewal",
            contract_id=contract,
            created_on=day(-5),
            probability_pct=percent,
        )
    rows = book.tables()["renewals"]
    assert [one(rows, contract_id=name)["call_pct"] for name in ("a", "b")] == [70.0, 80.0]


@pytest.mark.parametrize(
    ("values", "band", "scenario", "proposed"),
    [
        ({}, "watch", "standard", "103.00"),
        ({"price_increase_pct": 7.0}, "watch", "standard", "107.00"),
        ({}, "at_risk", "at_risk", "90.00"),
        ({"starts": 50 - 730}, "watch", "multi_year", "95.00"),
        ({"cancelled": -1}, "watch", None, None),
    ],
)
def test_the_first_pricing_scenario_that_fits_is_proposed(
    values: dict[str, Any], band: str, scenario: str | None, proposed: str | None
) -> None:
    book = Renewing().contract("a", 50, **values).band("a", band)
    row = one(book.tables()["renewals"], contract_id="a")
    assert row["pricing_scenario"] == scenario
    assert (None if row["proposed_arr"] is None else str(row["proposed_arr"])) == proposed
