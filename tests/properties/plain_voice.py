"""NPS by wave and dimension, said once more in plain Python, row by row, and sharing no code with the program."""

from collections import defaultdict
from datetime import date
from math import sqrt
from typing import Any

Row = dict[str, Any]


def months_on(day: date, count: int) -> date:
    index = day.year * 12 + day.month - 1 + count
    year, month = index // 12, index % 12 + 1
    last = [31, 29 if year % 4 == 0 and (year % 100 or year % 400 == 0) else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return date(year, month, min(day.day, last[month - 1]))


def span(live: date | None, wave: date) -> str:
    if live is None:
        return "unknown"
    if live > wave:
        return "not_live"
    for count, name in ((3, "0_3_months"), (6, "3_6_months"), (12, "6_12_months")):
        if wave < months_on(live, count):
            return name
    return "12_plus_months"


def nps_table(
    accounts: list[Row], answers: list[Row], invited: dict[tuple[str, str], int], days: dict[str, date]
) -> dict:
    """(wave, dimension, value) -> invited, answers, promoters, passives, detractors, nps, low, high, rate, coverage."""
    table = {}
    waves = {wave for wave, _ in invited} | {row["wave"] for row in answers}
    for wave in waves:
        cells: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for account in accounts:
            values = {name: account[name] or "unknown" for name in ("tier", "industry", "region", "csm")}
            values |= {"all": "all", "time_live": span(account["customer_since_on"], days[wave])}
            for pair in values.items():
                cells[pair].append(account)
        for (dimension, value), members in cells.items():
            row = cell(wave, dimension, members, answers, invited)
            if row["invited"] or row["answers"]:
                table[wave, dimension, value] = row
    return table


def cell(wave: str, dimension: str, members: list[Row], answers: list[Row], invited: dict[tuple[str, str], int]) -> Row:
    ids = {account["account_id"] for account in members}
    mine = [row for row in answers if row["wave"] == wave and row["account_id"] in ids]
    hidden = [row for row in mine if row["is_anonymous"]]
    if dimension != "all" and len(hidden) < 3:
        mine = [row for row in mine if not row["is_anonymous"]]
    up = sum(1 for row in mine if row["score"] >= 9)
    down = sum(1 for row in mine if row["score"] <= 6)
    asked = sum(invited.get((wave, one), 0) for one in ids)
    heard = {row["account_id"] for row in mine}
    customers = [account for account in members if account["is_scored"] and account.get("churned_on") is None]
    whole = sum(account["arr"] for account in customers)
    n = len(mine)
    middle, touched = (up - down) / (n + 3), (up + down + 1.5) / (n + 3)
    half = 1.959964 * sqrt((touched - middle * middle) / (n + 3))
    return {
        "invited": asked,
        "answers": n,
        "promoters": up,
        "passives": n - up - down,
        "detractors": down,
        "nps": (up - down) * 100 / n if n else None,
        "low": max(-100.0, 100 * (middle - half)) if n else None,
        "high": min(100.0, 100 * (middle + half)) if n else None,
        "response_rate_pct": 100 * n / asked if asked else None,
        "arr_coverage_pct": 100 * sum(a["arr"] for a in customers if a["account_id"] in heard) / whole
        if whole
        else None,
    }
