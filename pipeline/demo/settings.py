"""The workspace's own files: its settings, and notes that packs print."""

from datetime import date

from pipeline.demo.company import CS_MANAGER, CS_VP
from pipeline.demo.days import HOLIDAYS
from pipeline.demo.ids import account_id
from pipeline.demo.view import View

SETTINGS = """[company]
name = "Tidewick"
time_zone = "America/New_York"
reporting_currency = "USD"
fiscal_year_starts_month = 2
week_ends_on = "friday"

[run]
as_of = "{as_of}"

[feeds]
expected = [
  "accounts", "contracts", "contacts", "usage", "features", "tickets", "survey_responses", "survey_invitations",
  "activities", "invoices", "trainings",
]
max_stale_days = 45

[sources]
accounts = ["salesforce"]
contracts = ["salesforce", "stripe"]
invoices = ["stripe"]

[quality]
max_reject_pct = 5.0

[health]
login_days_basis = "business"

[support]
holidays = [{holidays}]

[capacity]
saves_per_csm_per_week = 3

[people]
cs_manager = "{manager}"
vp_customer_success = "{vp}"
ceo = "Ottilie Marsh"
cto = "Ravi Deshmukh"
vp_engineering = "Corinne Adler"
vp_product = "Anselm Brooks"
ops_analyst = "Fiona Keane"
"""
NOTES = (
    "Their season starts in November: no releases to their tenant before January.\n\nThe COO reads every pack himself, "
    "so keep the first page short.\n",
    "Second warehouse opens in spring. Ask about seats before the renewal talk.\n",
)


def toml(as_of: date) -> str:
    """bellwether.toml."""
    holidays = ", ".join(f'"{day.isoformat()}"' for day in HOLIDAYS)
    return SETTINGS.format(as_of=as_of.isoformat(), holidays=holidays, manager=CS_MANAGER.name, vp=CS_VP.name)


def notes(view: View) -> list[tuple[str, str]]:
    """Account id and text of each note: for the two largest live accounts."""
    live = {stay.account for stay in view.story.stays if stay.starts <= view.cut <= stay.ends}
    largest = sorted(live, key=lambda i: (-view.story.accounts[i].arr_size, i))[: len(NOTES)]
    return [(account_id(index), text) for index, text in zip(largest, NOTES, strict=True)]
