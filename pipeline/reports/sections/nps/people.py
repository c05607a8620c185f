"""Who answered, and what is done: detractors, passives and promoters account by account, never with an NPS of one."""

import polars as pl

from pipeline.reports import wording
from pipeline.reports.facts import Row, View

ROWS = 40
DONE, OPEN = "done", ("open", "in_progress")
STATES = {"done": "done", "in_progress": "under way", "open": "open", "dropped": "not done"}


def detractors(view: View, wave: str) -> Row:
    """Customers with detractors by kind, worst first: ARR, what they said, owner and the two actions of infra 14.3."""
    rows = _accounts(view, wave, "detractor")
    kinds = view.context.policy.voice.detractors
    order = {name: at for at, name in enumerate(kinds)}
    ranked = sorted(
        rows, key=lambda row: (order.get(row["detractor_kind"], 9), -float(row["arr"] or 0), row["account_id"])
    )
    said = _said(view, wave, "detractor")
    for row in ranked:
        row["kind"] = kinds[row["detractor_kind"]].label
        row["reason"] = said.get(row["account_id"], wording.UNKNOWN)
    return {
        "count": len(ranked),
        "rows": ranked[:ROWS],
        "kinds": {name: sum(row["detractor_kind"] == name for row in ranked) for name in kinds},
        "arr": {name: sum(float(row["arr"] or 0) for row in ranked if row["detractor_kind"] == name) for name in kinds},
        "labels": {name: kind.label for name, kind in kinds.items()},
        "open": sum(row["is_open"] for row in ranked),
        "done": sum(row["is_done"] for row in ranked),
    }


def passives(view: View, wave: str) -> Row:
    """Customers with passives, the most ARR first, with their actions."""
    rows = _accounts(view, wave, "passive")
    said = _said(view, wave, "passive")
    for row in rows:
        row["reason"] = said.get(row["account_id"], wording.UNKNOWN)
    ranked = sorted(rows, key=lambda row: (-float(row["arr"] or 0), row["account_id"]))
    return {"count": len(ranked), "rows": ranked[:11], "done": sum(row["is_done"] for row in ranked)}


def promoters(view: View, wave: str) -> Row:
    """Customers with promoters, and whom of them to ask for what: counts of each kind, and the largest by name."""
    rules = view.context.policy.voice.candidates
    rows = view.scores.voice.nps_candidates.filter(pl.col("wave") == wave)
    accounts = _accounts(view, wave, "promoter")
    by_account = (
        rows.sort(pl.col("kind").replace_strict({name: at for at, name in enumerate(rules)}, return_dtype=pl.Int8))
        .group_by("account_id", maintain_order=True)
        .agg(
            pl.col("account_name", "csm", "arr", "industry").first(),
            pl.col("promoters").max(),
            pl.col("kind"),
        )
        .sort("arr", "account_id", descending=[True, False], nulls_last=True)
    )
    listed = by_account.to_dicts()
    for row in listed:
        row["kinds"] = wording.listed([rules[kind].label.lower() for kind in row["kind"]])
    return {
        "count": len(accounts),
        "counts": {name: rows.filter(pl.col("kind") == name).height for name in rules},
        "labels": {name: rule.label for name, rule in rules.items()},
        "rows": listed[:13],
        "candidates": len(listed),
        "done": sum(row["is_done"] for row in accounts),
    }


def follow_up(view: View, wave: str) -> list[Row]:
    """One row per group: customers, actions owed, done, still open, past due."""
    rows = view.scores.voice.nps_follow_up.filter((pl.col("wave") == wave) & pl.col("action_id").is_not_null())
    found = []
    for group in ("detractor", "passive", "promoter"):
        mine = rows.filter(pl.col("nps_group") == group)
        is_open = pl.col("status").is_in(OPEN)
        found.append(
            {
                "group": group,
                "customers": mine["account_id"].n_unique(),
                "actions": mine.height,
                "done": mine.filter(pl.col("status") == DONE).height,
                "open": mine.filter(is_open).height,
                "late": mine.filter(is_open & (pl.col("due_on") < view.as_of)).height,
                "lapsed": mine.filter(pl.col("status") == "dropped").height,
            }
        )
    return found


def _accounts(view: View, wave: str, group: str) -> list[Row]:
    """One row per customer with an answer of the group: how many, its owner, and the state of each action.

    Who has left since is not in the list.
    """
    rows = view.scores.voice.nps_follow_up.filter((pl.col("wave") == wave) & (pl.col("nps_group") == group))
    accounts: dict[str, Row] = {}
    for row in rows.to_dicts():
        account = accounts.setdefault(row["account_id"], {**row, "actions": []})
        if row["action_id"]:
            account["actions"].append({**row, "state": STATES.get(row["status"], row["status"])})
    customers = set(view.standing["account_id"])
    accounts = {name: account for name, account in accounts.items() if name in customers}
    for account in accounts.values():
        first = account["actions"][:1]
        account["is_done"] = bool(first) and first[0]["status"] == DONE
        account["is_open"] = bool(first) and first[0]["status"] in OPEN
    return list(accounts.values())


def _said(view: View, wave: str, group: str) -> dict[str, str]:
    """What an account's answers were about: theme of the comment, else the ticked reasons, else what is intended."""
    rows = view.scores.voice.nps_responses.filter(
        (pl.col("wave") == wave) & (pl.col("nps_group") == group) & pl.col("account_id").is_not_null()
    )
    is_said = pl.col("theme").is_not_null() & (pl.col("theme") != "No common theme")
    words = rows.with_columns(word=pl.when(is_said).then("theme").otherwise("reasons")).drop_nulls("word")
    listed = words.sort("score", "response_id").group_by("account_id", maintain_order=True)
    return {
        account: wording.listed(list(dict.fromkeys(said))[:2])
        for account, said in listed.agg("word").sort("account_id").iter_rows()
    }
