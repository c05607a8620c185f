"""The words of data quality: how an empty field, a finding, a rule, a feed and an unknown name are said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.reports import wording


@dataclass(frozen=True, slots=True)
class Field:
    """A field that is empty: the record it belongs to, how its absence is said, and what follows from it."""

    record: str
    absent: str
    effect: str


TOUCHES = {"gate": "Not up to date", "figures": "Changes the figures", "scores": "Weakens the scores"}
FIELDS = {
    "csm": Field("account", "without a CSM", "Nobody is told about them."),
    "segment": Field("account", "without a segment", "They are compared with the peers of their ARR tier."),
    "plan": Field("account", "without a plan", "Feature adoption is not measured for them."),
    "seats": Field("account", "without seats", "The use of their seats is unknown."),
    "strategic_alignment": Field("account", "without strategic alignment", "Alignment is left out of their score."),
    "end_date": Field("contract", "without an end date", "It never comes up for renewal."),
    "notice_days": Field("contract", "without notice days", "The decision is taken to fall on the renewal date."),
    "contact_email": Field("account", "without a contact's e-mail", "Surveys and invitations cannot reach them."),
    "executive_sponsor": Field("account", "without an executive sponsor", "Executive engagement is not seen for them."),
}
CHECKS = {
    "accounts_in_three_currencies": (
        "figures",
        "{} with contracts in three currencies at once: each is converted at its own rate, and added",
        "Check the currency of each contract.",
    ),
    "active_without_contract": (
        "figures",
        "{} called active in the CRM and never had a contract",
        "Enter the contract, or correct the status.",
    ),
    "cancelled_without_date": (
        "figures",
        "{} with a contract in force that is called cancelled without a date",
        "Enter the day notice was served.",
    ),
    "churned_by_contract_active_in_crm": (
        "figures",
        "{} called active in the CRM after the last contract ended",
        "Enter the renewal, or set the account to churned.",
    ),
    "contract_months_with_older_rate": (
        "figures",
        "{} with closed months converted at the exchange rate of an earlier month",
        "Add the months that are missing to the exchange rates.",
    ),
    "contract_months_without_rate": (
        "figures",
        "{} with closed months before the first exchange rate of its currency: that ARR is left out as not known",
        "Add the earlier rates to the exchange rates.",
    ),
    "contracts_entered_twice": (
        "figures",
        "{} with two contracts of the same product and amount that overlap: ARR may count twice",
        "Delete the one that is not in force.",
    ),
    "contracts_with_older_rate": (
        "figures",
        "{} converted at the exchange rate of an earlier month",
        "Add this month's rate to the exchange rates.",
    ),
    "contracts_without_rate": (
        "figures",
        "{} whose ARR is unknown because no exchange rate reaches this month",
        "Add the rate to the exchange rates.",
    ),
    "customers_absent_from_feeds": (
        "scores",
        "{} never named in the usage, tickets or contacts that were loaded",
        "Check the key that leads the tool's rows to the account.",
    ),
    "duplicate_open_plans": (
        "scores",
        "{} with more than one implementation plan that is not live",
        "Close the plan that is not followed.",
    ),
    "nps_waves_without_invitations": (
        "figures",
        "{} in an NPS wave to which no invitation is on file: its response rate is not known",
        "Export the invitations of the wave, or name it as they do.",
    ),
    "records_outside_service": (
        "scores",
        "{} with records over 90 days before its service began or after it ended",
        "Check the contract dates, and whom the records are about.",
    ),
    "solved_without_date": (
        "scores",
        "{} with solved tickets that lack the time of solving",
        "Export the column solved_at.",
    ),
    "tickets_answered_out_of_order": (
        "figures",
        "{} with tickets answered before they were created or after they were solved",
        "Check the times of the help desk's export; the earlier of answer and solution counts.",
    ),
    "tickets_without_priority": (
        "figures",
        "{} with tickets without a priority: no promise can be told for them",
        "Export the column priority, or map its values.",
    ),
    "usage_outside_service": (
        "scores",
        "{} with use on days outside its contracts",
        "Check the contract dates, and the tenant's key.",
    ),
}


def gap_words(field: str, count: int) -> str:
    """`4 accounts without a segment`."""
    known = FIELDS.get(field, Field("record", f"without {wording.word(field).lower()}", ""))
    return f"{wording.counted(count, known.record)} {known.absent}"


def alias_line(row: Mapping[str, Any]) -> str:
    """The line of sources/aliases.csv that would settle a name; the account is left open where none is proposed."""
    cells = (row["alias_system"], row["external_id"], row["proposed_account_id"] or "ACCOUNT_ID")
    return ",".join(_csv_cell(str(cell)) for cell in cells)


def unmatched_words(row: Mapping[str, Any]) -> str:
    """Who is named, by which tables, as a phrase."""
    tables = list(dict.fromkeys(str(row["table_names"]).split(", ")))
    shown = [wording.word(table).lower() for table in tables[:3]]
    where = wording.listed([*shown, f"{len(tables) - 3} more"] if len(tables) > 3 else shown)
    deleted = ", which was deleted there," if row["is_deleted"] else ""
    return f"{row['namespace']} {row['external_id']}{deleted} is named by {where}"


def file_name(path: str | None) -> str:
    """The file itself, without the folders and archives it lies in."""
    return str(path or "").replace("!", "/").rsplit("/", 1)[-1]


def reason(file: Mapping[str, Any]) -> str:
    """Why a file was not applied, without its path in front."""
    return str(file["note"] or "it is not good enough").removeprefix(f"{file['path']}: ")


def feed_state(feed: Mapping[str, Any]) -> str:
    """`ends on 3 Jun 2026, 12 days ago (limit 10)`, `never arrived`."""
    if feed["newest_on"] is None:
        return "never arrived"
    age = wording.counted(int(feed["age_days"] or 0), "day")
    return f"ends on {wording.day(feed['newest_on'])}, {age} ago (limit {feed['max_age_days']})"


def held_back_words(row: Mapping[str, Any]) -> str:
    """`120 events of 3 accounts from 2 Jun to 3 Jun are held back, 5,100 stand`."""
    days = wording.short_day(row["first_on"])
    if row["last_on"] != row["first_on"]:
        days = f"{days} to {wording.short_day(row['last_on'])}"
    accounts = wording.counted(row["account_count"], "account")
    count = wording.counted(row["is_count"], "event")
    return f"{count} of {accounts} for {days} held back, as {wording.number(row['was_count'])} stand"


def effect_of(feed: Mapping[str, Any], parts: Sequence[str]) -> str:
    """What happens to the components of a feed that is not fresh: `usage trend is frozen`, `nps and tone score 0`."""
    many = len(parts) > 1
    verb = ("are frozen" if many else "is frozen") if feed["state"] == "late" else ("score 0" if many else "scores 0")
    return f"{wording.listed(list(parts))} {verb}"


def rule_words(row: Mapping[str, Any]) -> str:
    """A reject rule in print: `due on unreadable`."""
    rule = str(row["rule"] or "").replace("_", " ")
    return f"{str(row['column_name']).replace('_', ' ')} {rule}" if row["column_name"] else rule


def first_of(rows: Sequence[Any], count: int) -> tuple[list[Any], int]:
    """The first rows and how many more there are."""
    return list(rows[:count]), max(0, len(rows) - count)


def _csv_cell(text: str) -> str:
    quoted = text.replace('"', '""')
    return f'"{quoted}"' if any(mark in text for mark in ',"\n') else text
