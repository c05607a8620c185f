"""Writes the whole workspace: the exports of each day, the settings, the aliases and two notes."""

import gzip
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from pipeline.demo import (
    canonical,
    delivery,
    finance,
    notion,
    qualtrics,
    salesforce,
    salesforce_contracts,
    salesforce_work,
    settings,
    stripe,
    zendesk,
)
from pipeline.demo.billing import Invoice, invoices
from pipeline.demo.days import to_day
from pipeline.demo.deals import Contract
from pipeline.demo.desk import DemoReport, Desk, Written
from pipeline.demo.ids import hex_id
from pipeline.demo.meetings import activities
from pipeline.demo.notion_cells import database_file
from pipeline.demo.opportunities import Opportunity, opportunities
from pipeline.demo.people import by_account, met
from pipeline.demo.projects import Task, tasks
from pipeline.demo.quirks import quirks
from pipeline.demo.salesforce_headers import HEADERS
from pipeline.demo.story import ANCHOR, Story, told
from pipeline.demo.support import tickets
from pipeline.demo.usage import usage_batches
from pipeline.demo.view import View
from pipeline.demo.voice import Invitation, invitations
from pipeline.demo.writers import Dialect, Planted, Sheet, csv_bytes, planted_rows, zip_bytes

SALESFORCE = Dialect(encoding="cp1252", quote_all=True)
ORGANIZATION = "00D5g000004xKpQEAU"
APPLE_DOUBLE = b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        "


@dataclass(frozen=True, slots=True)
class Facts:
    """What happened in the story, worked out once for all exports."""

    story: Story
    contracts: dict[int, list[Contract]]
    asked: list[Invitation]
    tickets: pl.DataFrame
    activities: pl.DataFrame
    invoices: list[Invoice]
    opportunities: list[Opportunity]
    to_dos: list[Task]


def write_workspace(
    directory: Path,
    *,
    accounts: int = 240,
    months: int = 36,
    seed: int = 7,
    as_of: date = ANCHOR,
    weekly_exports: int = 1,
    dirt: bool = True,
) -> DemoReport:
    """Write a workspace with one dated export folder per week up to as_of, each complete as of its day."""
    facts = _facts(told(seed, accounts, months, as_of))
    desk = Desk(directory, dirt, [], [])
    for week in reversed(range(weekly_exports)):
        _export(desk, facts, as_of - timedelta(days=7 * week))
    _settings(desk, facts, as_of)
    return DemoReport(tuple(desk.files), tuple(desk.planted), tuple(quirks(directory)))


def _facts(story: Story) -> Facts:
    contracts: dict[int, list[Contract]] = {}
    for contract in story.contracts:
        contracts.setdefault(contract.account, []).append(contract)
    return Facts(
        story=story,
        contracts=contracts,
        asked=invitations(story, met(story)),
        tickets=tickets(story),
        activities=activities(story),
        invoices=invoices(story),
        opportunities=opportunities(story),
        to_dos=[task for task in tasks(story) if notion.in_crm(task)],
    )


def _view(facts: Facts, day: int) -> View:
    return View(facts.story, day, by_account(met(facts.story)), facts.contracts)


def _export(desk: Desk, facts: Facts, day: date) -> None:
    """All tools' files of one day."""
    view = _view(facts, to_day(day))
    folder = f"exports/{day.isoformat()}"
    _put_salesforce(desk, view, facts, folder)
    _put_zendesk(desk, view, facts, folder, day)
    _put_usage(desk, view, folder, day)
    _put_qualtrics(desk, view, facts, folder, day)
    _put_stripe(desk, view, facts, folder)
    _put_notion(desk, view, folder, day)
    _put_canonical(desk, view, facts, folder)


def _put_salesforce(desk: Desk, view: View, facts: Facts, folder: str) -> None:
    path = f"{folder}/salesforce/WE_{ORGANIZATION}_1.ZIP"
    frames = {
        "Account.csv": ("accounts", salesforce.accounts(view)),
        "Case.csv": ("tickets", pl.DataFrame(schema=dict.fromkeys(HEADERS["Case"], pl.String))),
        "Contact.csv": ("contacts", salesforce.contacts(view)),
        "Contract.csv": ("contracts", salesforce_contracts.contracts(view)),
        "Event.csv": ("activities", salesforce_work.events(view, facts.activities)),
        "Opportunity.csv": ("opportunities", salesforce_work.opportunities(view, facts.opportunities)),
        "OpportunityHistory.csv": (
            "opportunity_changes",
            salesforce_work.opportunity_history(view, facts.opportunities),
        ),
        "Task.csv": ("activities", salesforce_work.tasks(view, facts.activities, facts.to_dos)),
        "User.csv": ("users", salesforce.users(view)),
    }
    entries = {
        name: desk.note(f"{path}/{name}", desk.spoil(name, Sheet(table, frame, SALESFORCE)))
        for name, (table, frame) in frames.items()
    }
    desk.put(path, zip_bytes(entries))


def _put_zendesk(desk: Desk, view: View, facts: Facts, folder: str, day: date) -> None:
    main, excel = zendesk.sheets(view, facts.tickets)
    name = f"export-{day.isoformat()}-0914-{hex_id('zendesk', day)[:10]}"
    path = f"{folder}/zendesk/{name}.csv.zip"
    data = desk.note(f"{path}/{name}.csv", desk.spoil("tickets", main))
    desk.put(path, zip_bytes({f"{name}.csv": data}))
    if excel.frame.height:
        path = f"{folder}/zendesk/tickets 2023 (saved in Excel).csv"
        data = desk.note(path, desk.spoil("tickets (Excel)", excel))
        desk.put(path, data.replace(b'"Internal,Communication"', b"Internal,Communication"))


def _put_usage(desk: Desk, view: View, folder: str, day: date) -> None:
    path = f"{folder}/product/usage_daily_{day.isoformat()}.csv.gz"
    target = desk.root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    rows = 0
    with target.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
        for sheet in _usage_sheets(desk, view):
            planted = planted_rows(sheet, path)
            desk.planted.extend(Planted(p.file, p.line + rows, p.table, p.reason, p.value) for p in planted)
            data = csv_bytes(sheet)
            packed.write(data if rows == 0 else data[data.index(b"\n") + 1 :])
            rows += sheet.frame.height
    desk.files.append(Written(path, rows))


def _usage_sheets(desk: Desk, view: View) -> Iterator[Sheet]:
    """Batches of usage; the damage goes into the first one."""
    for number, batch in enumerate(usage_batches(view.story, view.cut)):
        sheet = Sheet("usage_daily", batch.with_columns(pl.col("active_users", "event_count").cast(pl.String)))
        yield desk.spoil("usage_daily", sheet) if number == 0 else sheet


def _put_qualtrics(desk: Desk, view: View, facts: Facts, folder: str, day: date) -> None:
    main, dach, legacy = qualtrics.sheets(view, facts.asked)
    stamp = f"{day:%B} {day.day}, {day.year}"
    for name, title, sheet in (
        ("qualtrics", f"Relationship NPS_{stamp}_08.15.csv", main),
        ("qualtrics (DACH)", f"Relationship NPS DACH_{stamp}_08.17.tsv", dach),
        ("qualtrics (legacy)", "Relationship_NPS_2023.csv", legacy),
    ):
        if sheet.frame.height:
            path = f"{folder}/qualtrics/{title}"
            desk.put(path, desk.note(path, desk.spoil(name, sheet)))


def _put_stripe(desk: Desk, view: View, facts: Facts, folder: str) -> None:
    recent, older = stripe.invoices(view, facts.invoices)
    for name, sheet in (
        ("subscriptions.csv", stripe.subscriptions(view)),
        ("invoices.csv", recent),
        ("invoices 2023-2024.csv", older),
    ):
        if sheet.frame.height:
            path = f"{folder}/stripe/{name}"
            sheet = _with_total(desk.spoil(name, sheet))
            desk.put(path, desk.note(path, sheet))


def _with_total(sheet: Sheet) -> Sheet:
    """A total row shows the sum that somebody added under the amounts."""
    if "Amount Due" not in sheet.frame.columns:
        return sheet
    total = f"{sheet.frame['Amount Due'].cast(pl.Float64, strict=False).sum():.2f}"
    amount = pl.when(pl.col("id") == "Total").then(pl.lit(total)).otherwise(pl.col("Amount Due"))
    return Sheet(sheet.table, sheet.frame.with_columns(amount.alias("Amount Due")), sheet.dialect, sheet.header)


def _put_notion(desk: Desk, view: View, folder: str, day: date) -> None:
    uuid = "-".join((hex_id("notion", day)[:8], "4b1e-8a52-9c07", hex_id("notion part", day)[:12]))
    outer, inner = f"{folder}/notion/Export-{uuid}.zip", f"Export-{uuid}-Part-1.zip"
    home = f"Customer Success {hex_id('home')}"
    entries: dict[str, bytes] = {f"{home}.md": b"# Customer Success\n\nOur databases.\n"}
    for database in notion.databases(view):
        name = f"{home}/{database_file(database.title)}"
        full = desk.spoil(database.title, notion.full_sheet(database))
        entries[f"{name}_all.csv"] = desk.note(f"{outer}/{inner}/{name}_all.csv", full)
        entries[f"{name}.csv"] = desk.note(f"{outer}/{inner}/{name}.csv", notion.view_sheet(database))
        entries[f"__MACOSX/{home}/._{database_file(database.title)}.csv"] = APPLE_DOUBLE
        if database.title == "Milestones":
            inline = f"{home}/Delivery room {hex_id('room')}/{database_file(database.title)}_all.csv"
            entries[inline] = desk.note(f"{outer}/{inner}/{inline}", notion.inline_sheet(database))
    desk.put(outer, zip_bytes({inner: zip_bytes(entries)}))


def _put_canonical(desk: Desk, view: View, facts: Facts, folder: str) -> None:
    tables = canonical.canonical_tables(view, facts.asked)
    tables |= {
        "exchange_rates": finance.exchange_rates(view),
        "controls": finance.controls(view),
        "targets": finance.targets(view),
        "effort": delivery.effort(view),
        "users": delivery.users(view),
    }
    for name, frame in sorted(tables.items()):
        path = f"{folder}/canonical/{name}.csv"
        desk.put(path, desk.note(path, desk.spoil(name, Sheet(name, frame))))


def _settings(desk: Desk, facts: Facts, as_of: date) -> None:
    view = _view(facts, to_day(as_of))
    desk.put("bellwether.toml", settings.toml(as_of).encode())
    target = io.BytesIO()
    zendesk.aliases(view).write_csv(target)
    desk.put("sources/aliases.csv", target.getvalue())
    for account, text in settings.notes(view):
        desk.put(f"notes/{account}.md", text.encode())
