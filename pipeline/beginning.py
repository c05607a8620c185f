"""A new workspace: a bellwether.toml that explains its own keys, and the folders around it (`bellwether init`)."""

import json
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.workspace import CONFIG_NAME, Company, read_workspace

CONFIG = """\
# What Bellwether should know about the company. A key that is left out has the value that is shown behind its `#`;
# `bellwether doctor` prints every value and where it comes from.

[company]
# The name as reports print it, the zone in which a day begins and ends, the currency everything is converted to.
name = {name}
time_zone = {time_zone}
reporting_currency = {currency}
fiscal_year_starts_month = 1
week_ends_on = {week_ends_on}

[run]
# as_of = "2026-06-26"             # state everything for this day; else --as-of, else the last week end
# panel_weeks = 156                # how many weeks of history are computed

[feeds]
# By canonical table; "usage" is usage_events or usage_daily. A feed that is expected and does not come is reported, and
# ends a run with exit code 4; one that comes unexpected is loaded and its health components stay off.
expected = ["accounts", "contracts"]
# expected = ["accounts", "contracts", "contacts", "usage", "tickets", "survey_responses", "activities", "invoices"]
# max_stale_days = 45              # after so many days what a late feed said last is no longer used
# [feeds.tickets]
# max_age_days = 10                # after so many days a feed is late

[sources]
# Which tools own a table, in order; needed where two of them feed accounts, contracts or invoices.
# contracts = ["salesforce", "stripe"]

[quality]
# max_reject_pct = 5.0             # a load with a greater share of unusable rows is not applied at all
# [quality.tables]
# contacts = 10.0

[support]
# holidays = ["US", "2026-07-03"]  # on which business hours stand still: codes of countries, or dates

[capacity]
# saves_per_csm_per_week = 3

[people]
# cs_manager = "..."               # roles that alerts and plays name
# vp_customer_success = "..."
"""
READMES = {
    "exports": """\
Put what the tools export in here, in any sub-folders, zipped or not. A folder or file name with a date
(2026-06-26/tickets.csv) says when it was exported. Files are never changed; each is read once and kept in archive/.
`bellwether doctor FILE` explains how a file would be read, `bellwether map FILE` proposes a mapping for an unknown one.
""",
    "policy": """\
Files in here change the shipped business rules, under the same file names and keys: health.toml, segments.toml, ...
Write only the keys that differ. `bellwether doctor` shows where each value comes from.
""",
    "sources": """\
One TOML per tool in here says how its export becomes canonical tables; `extends = "salesforce"` changes a shipped one.
`bellwether map FILE --write` makes a first version. aliases.csv says which account another tool's id or name means.
""",
    "notes": """\
A text file per account, named by its id (0015g00000ABCDE.md), is printed in that account's packs.
""",
}
ALIASES = "system,external_id,account_id\n"


def begun(root: Path, name: str, time_zone: str, currency: str, week_ends_on: str) -> Path:
    """Write a workspace into a folder that is empty or absent; its resolved path.

    Raises UsageError, before anything is written, for a zone, currency or weekday that does not exist.
    """
    _check(name=name, time_zone=time_zone, reporting_currency=currency, week_ends_on=week_ends_on)
    values = {"name": name, "time_zone": time_zone, "currency": currency, "week_ends_on": week_ends_on}
    for folder, text in READMES.items():
        (root / folder).mkdir(parents=True, exist_ok=True, mode=0o700)
        (root / folder / "README.md").write_text(text, encoding="utf-8")
    (root / "sources" / "aliases.csv").write_text(ALIASES, encoding="utf-8")
    written = {key: json.dumps(value, ensure_ascii=False) for key, value in values.items()}
    (root / CONFIG_NAME).write_text(CONFIG.format(**written), encoding="utf-8")
    return read_workspace(root).root


def _check(**company: str) -> None:
    from pydantic import ValidationError

    try:
        Company.model_validate(company)
    except ValidationError as invalid:
        problem = invalid.errors()[0]
        key, said = str(problem["loc"][0]).replace("_", "-"), problem["msg"].removeprefix("Value error, ")
        raise UsageError(f"{key} {problem['input']!r}: {said}", "See `bellwether init --help`.") from invalid
