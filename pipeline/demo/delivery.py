"""Rollouts as the delivery team keeps them beside Notion: hours by phase and side, and the users that were set up."""

import polars as pl

from pipeline.demo.days import NEVER, next_business_day
from pipeline.demo.ids import account_id
from pipeline.demo.projects import completion, note_days, phase
from pipeline.demo.rows import frame, iso, no_rows
from pipeline.demo.story import Rollout
from pipeline.demo.view import View

HOURS = {
    "enterprise": {"ours": 34, "customer": 24},
    "mid_market": {"ours": 18, "customer": 12},
    "smb": {"ours": 7, "customer": 4},
}
USERS = {"enterprise": 14, "mid_market": 9, "smb": 5}
POSTS = (
    ("IT", "Administrator"),
    ("Warehouse", "Supervisor"),
    ("Purchasing", "Buyer"),
    ("Warehouse", "Stock planner"),
    ("Finance", "Controller"),
)


def effort(view: View) -> pl.DataFrame:
    """Hours planned and spent in each week of each rollout, on our side and the customer's."""
    rows = no_rows()
    for rollout in view.story.rollouts.values():
        for number, day in enumerate(note_days(rollout, view.cut)):
            rows.extend(_week(view, rollout, number, day))
    return frame("effort_id,account_id,plan_id,phase,side,week_ending_on,planned_hours,actual_hours", rows)


def _week(view: View, rollout: Rollout, number: int, day: int) -> list[tuple[str, ...]]:
    story, i = view.story, rollout.account
    name = phase(completion(story, rollout, day), day - rollout.live).replace("-", "_")
    made = no_rows()
    for side, hours in HOURS[story.accounts[i].segment].items():
        low, high = (88, 118) if side == "ours" else (62, 112)
        spent = hours * story.dice.between(low, high, "effort", i, 2 * number + (side == "ours")) / 100
        key = f"EF-{i + 1}-{number + 1}-{side[0]}"
        made.append((key, account_id(i), f"PLAN-{i + 1}", name, side, iso(day), str(hours), f"{spent:.1f}"))
    return made


def users(view: View) -> pl.DataFrame:
    """The users set up for each rollout; the first is an administrator. Who has not logged in yet has no date."""
    rows = no_rows()
    for rollout in view.story.rollouts.values():
        if rollout.started + 5 > view.cut:
            continue
        i = rollout.account
        count = min(USERS[view.story.accounts[i].segment], view.story.accounts[i].seats)
        for number in range(count):
            department, role = POSTS[number % len(POSTS)]
            since = next_business_day(rollout.started + 6 + number * 3)
            since = NEVER if view.story.dice.roll("never logged in", i, number) < 0.04 else since
            rows.append(
                (f"u-{i + 1}-0-{number + 1}", account_id(i), department, role, str(number == 0).lower(),
                 iso(since, view.cut), "")
            )  # fmt: skip
    return frame("user_id,account_id,department,role,is_admin,activated_on,deactivated_on", rows)
