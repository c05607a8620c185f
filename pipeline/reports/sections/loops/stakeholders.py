"""The stakeholder map of one account: who decides, who is in touch, which role is vacant, and what follows."""

from datetime import timedelta

import polars as pl

from pipeline.reports import wording
from pipeline.reports.facts import Row
from pipeline.reports.qbr import ROLES
from pipeline.reports.risk import Risk
from pipeline.reports.sections.loops.parts import Block, health_mark, points, raci, risk_mark, role_word, table, text

TALKS = ("email", "call", "meeting", "message", "qbr", "training")
GROUPS = {"promoter": "promoter", "passive": "passive", "detractor": "detractor"}


def mapped(risk: Risk) -> list[Row]:
    """The accounts for which a map is drawn: in renewal, on this week's red list, or with a key person gone lately."""
    view = risk.view
    listed = view.scores.red_list.filter(pl.col("week_ending_on") == view.as_of)["account_id"].to_list()
    gone = _departed(risk)["account_id"].unique().to_list() if view.book.contacts.height else []
    wanted = (pl.col("lifecycle_stage") == "renewal") | pl.col("account_id").is_in([*listed, *gone])
    return view.standing.filter(wanted.fill_null(False)).sort("account_id").to_dicts()


def stakeholder_sections(risk: Risk, row: Row) -> tuple[list[Block], ...]:
    """The nine sections for one account."""
    people = key_people(risk, row)
    roles = role_states(risk, people)
    return (
        _outcome(risk),
        _scope(risk, row, people),
        raci(risk, "stakeholder_map"),
        _signals(risk, people, roles),
        _routine(risk),
        _actions(risk, row, people, roles),
        _artifacts(),
        _closure(risk),
        _notes(risk, row),
    )


def _departed(risk: Risk) -> pl.DataFrame:
    rules = risk.view.context.policy.voice.stakeholders
    since = risk.view.back(rules.departed_days)
    return risk.view.book.contacts.filter(
        pl.col("role").is_in(list(rules.touch_days)) & (pl.col("departed_on") > since)
    )


def key_people(risk: Risk, row: Row) -> list[Row]:
    """The account's people of a role that counts, with the last talk and the group of their newest NPS answer."""
    view = risk.view
    rules = view.context.policy.voice.stakeholders
    mine = view.book.contacts.filter(
        (pl.col("account_id") == row["account_id"]) & pl.col("role").is_in(list(rules.touch_days))
    )
    talks = view.book.activities_recent.filter(
        (pl.col("account_id") == row["account_id"])
        & pl.col("type").is_in(TALKS)
        & pl.col("was_attended").fill_null(True)
        & pl.col("contact_id").is_not_null()
    )
    last = dict(talks.group_by("contact_id").agg(pl.col("occurred_on").max()).iter_rows())
    answers = _answers(risk, row)
    order = list(rules.touch_days)
    found = [
        {
            **person,
            "last_on": last.get(person["contact_id"]),
            "answer": answers.get((person["email"] or "").lower()),
        }
        for person in mine.to_dicts()
    ]
    return sorted(found, key=lambda one: (order.index(one["role"]), one["departed_on"] is not None, one["contact_id"]))


def _answers(risk: Risk, row: Row) -> dict[str, str]:
    """The newest NPS group of each respondent who agreed to be named."""
    rows = risk.view.scores.voice.nps_responses
    if not rows.height:
        return {}
    mine = rows.filter((pl.col("account_id") == row["account_id"]) & pl.col("respondent_id").is_not_null())
    newest = mine.sort("responded_on", "response_id").select(
        pl.col("respondent_id").str.to_lowercase(), "nps_group", "wave"
    )
    return {person: f"{GROUPS[group]}, {wave}" for person, group, wave in newest.iter_rows()}


def role_states(risk: Risk, people: list[Row]) -> list[Row]:
    """Each role with who holds it: held, out of touch, vacant since, or never filled."""
    view, rules = risk.view, risk.view.context.policy.voice.stakeholders
    found = []
    for role, days in rules.touch_days.items():
        here = [one for one in people if one["role"] == role and one["departed_on"] is None]
        gone = sorted(one["departed_on"] for one in people if one["role"] == role and one["departed_on"] is not None)
        touched = max((one["last_on"] for one in here if one["last_on"]), default=None)
        state = "held" if touched and touched > view.back(days) else "out of touch"
        if not here:
            state = "vacant" if gone else "never filled"
        found.append(
            {
                "role": role,
                "days": days,
                "here": here,
                "gone_on": gone[-1] if gone else None,
                "last_on": touched,
                "state": state,
            }
        )
    return found


def _outcome(risk: Risk) -> list[Block]:
    rules = risk.view.context.policy.voice.stakeholders
    spans = wording.listed([f"{ROLES[role].lower()} {days}" for role, days in rules.touch_days.items()])
    return [
        text(
            "Whoever decides about the renewal, whoever pays and whoever uses it is known by name and in touch.",
            f"Done when no role is vacant and none went longer without a talk than its days: {spans}.",
        )
    ]


def _scope(risk: Risk, row: Row, people: list[Row]) -> list[Block]:
    standing = risk.standing.get(row["account_id"], {})
    here = sum(one["departed_on"] is None for one in people)
    head = ("Customer", "ARR", "Renews", "Health", "Churn risk", "Key people")
    cells = (
        row["account_name"],
        risk.view.money(row["arr"]),
        wording.day(row["renewal_on"]),
        health_mark(row["health_band"]),
        risk_mark(standing.get("churn_risk_band")),
        here,
    )
    return [table(head, (30, 12, 16, 15, 15, 12), [cells], (1, 5))]


def _signals(risk: Risk, people: list[Row], roles: list[Row]) -> list[Block]:
    role_rows = [
        (
            ROLES[one["role"]],
            wording.listed([person["full_name"] or "a contact without a name" for person in one["here"]][:3])
            or (f"nobody since {wording.day(one['gone_on'])}" if one["gone_on"] else "nobody yet"),
            {"text": one["state"].capitalize(), "late": one["state"] != "held"},
            wording.day(one["last_on"]),
            f"{one['days']} days",
        )
        for one in roles
    ]
    person_rows = [
        (
            one["full_name"] or wording.UNKNOWN,
            one["title"] or wording.UNKNOWN,
            ROLES[one["role"]],
            f"left {wording.day(one['departed_on'])}" if one["departed_on"] else wording.day(one["last_on"]),
            one["answer"] or wording.UNKNOWN,
        )
        for one in people
    ]
    return [
        table(("Role", "Held by", "State", "Last talk", "At most"), (20, 36, 16, 16, 12), role_rows, (4,)),
        table(
            ("Name", "Title", "Role", "Last talk", "NPS answer"),
            (26, 26, 18, 15, 15),
            person_rows,
            title="People; an answer is shown where its author agreed to be followed up",
        ),
    ]


def _routine(risk: Risk) -> list[Block]:
    rules = risk.view.context.policy.voice.stakeholders
    rows = [
        ("Weekly", "Roles out of touch are named in the customer-ops review", role_word("csm")),
        ("When somebody leaves", f"A successor is met within {rules.fill_within_days} days", role_word("csm")),
        ("Each business review", "The map is gone through with the champion", role_word("csm")),
        ("90 days before the renewal", "Sponsor and payer are confirmed by name", role_word("account_executive")),
    ]
    return [table(("When", "Checkpoint", "Run by"), (26, 52, 22), rows)]


def _actions(risk: Risk, row: Row, people: list[Row], roles: list[Row]) -> list[Block]:
    """What the map asks for, and what is agreed already."""
    due = risk.view.as_of + timedelta(days=risk.view.context.policy.voice.stakeholders.fill_within_days)
    owner = row["csm"] or role_word("csm")
    asked = []
    for one in roles:
        name = ROLES[one["role"]].lower()
        if one["state"] in ("vacant", "never filled"):
            asked.append((f"Find the {name} and meet them", owner, wording.day(due)))
        elif one["state"] == "out of touch":
            asked.append((f"Talk to the {name}", owner, wording.day(due)))
    unhappy = [one for one in people if (one["answer"] or "").startswith("detractor") and one["departed_on"] is None]
    asked += [(f"Hear {one['full_name'] or 'the detractor'} out", owner, wording.day(due)) for one in unhappy]
    agreed = [
        (
            action["title"],
            action["owner"] or role_word(action["owner_role"]),
            {"text": wording.day(action["due_on"]), "late": action["due_on"] < risk.view.as_of},
        )
        for action in risk.actions.get(row["account_id"], [])[:8]
    ]
    head, widths = ("Action", "Owner", "Due"), (60, 24, 16)
    return [
        table(head, widths, asked, title="What the map asks for"),
        *([table(head, widths, agreed, title="Agreed already")] if agreed else []),
    ]


def _artifacts() -> list[Block]:
    rows = [
        ("Actions of the account", "data/actions.csv"),
        ("Answers of the people who agreed to be named", "data/nps_responses.csv"),
        ("The week's review", "weekly/review.html and .pdf"),
    ]
    return [table(("What", "Where"), (45, 55), rows)]


def _closure(risk: Risk) -> list[Block]:
    days = risk.view.context.policy.voice.stakeholders.departed_days
    return [
        points(
            "A vacancy is closed by a contact with the role on file and one talk, not by a name heard of.",
            "Whoever left is followed: where they go is a new customer, or a reason.",
            f"A departure counts as a risk for {days} days; two of them ask for an executive talk.",
        )
    ]


def _notes(risk: Risk, row: Row) -> list[Block]:
    view = risk.view
    ours = [f"{role_word(role)}: {row[role]}" for role in ("csm", "account_executive") if row.get(role)]
    signals = view.book.signals
    mine = (
        signals.filter((pl.col("account_id") == row["account_id"]) & (pl.col("occurred_on") > view.back(180)))
        .sort("occurred_on", "signal_id", descending=[True, False])
        .head(6)
        .to_dicts()
        if signals.height
        else []
    )
    seen = [
        f"{wording.day(one['occurred_on'])}: {wording.word(one['kind']).lower()}, {one['note']}"
        if one["note"]
        else f"{wording.day(one['occurred_on'])}: {wording.word(one['kind']).lower()}"
        for one in mine
    ]
    noted = [*([f"Our side: {wording.listed(ours)}."] if ours else []), *seen]
    return [points(*(noted or ["Nobody of ours is named, and nothing was noted in 180 days."]))]
