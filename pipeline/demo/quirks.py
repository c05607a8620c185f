"""Finds, in the files as written, a row that shows each quirk of the tools' exports."""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

Finder = Callable[[bytes], int | None]


@dataclass(frozen=True, slots=True)
class Quirk:
    """One oddity of an export format, with the file and the physical line that show it (0: the file as a whole)."""

    quirk: str
    file: str
    row: int


@dataclass(frozen=True, slots=True)
class Oddity:
    """A quirk that the sample must show: its name, the files to look in, and how to see it."""

    name: str
    file: str
    seen: Finder


def quirks(root: Path) -> list[Quirk]:
    """Each quirk with the first file and line that show it; one that no file shows is missing from the list."""
    files = list(_contents(root))
    found: list[Quirk] = []
    for oddity in ODDITIES:
        for path, data in files:
            row = oddity.seen(data) if re.search(oddity.file, path) else None
            if row is not None:
                found.append(Quirk(oddity.name, path, row))
                break
    return found


def _contents(root: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below the workspace's exports, with the entries of zips, by path."""
    for path in sorted((root / "exports").rglob("*")):
        if path.is_file() and not path.name.endswith(".gz"):
            yield from _entries(path.relative_to(root).as_posix(), path.read_bytes())


def _entries(path: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    yield path, data
    if not path.lower().endswith(".zip"):
        return
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in sorted(archive.namelist()):
            yield from _entries(f"{path}/{name}", archive.read(name))


def line_with(pattern: bytes) -> Finder:
    """The first line on which the pattern stands."""

    def seen(data: bytes) -> int | None:
        match = re.search(pattern, data)
        return None if match is None else data.count(b"\n", 0, match.start()) + 1

    return seen


def whole(is_so: Callable[[bytes], bool]) -> Finder:
    """The file as a whole."""
    return lambda data: 0 if is_so(data) else None


def _records(data: bytes, encoding: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(encoding), newline="")))


def cell(column: str, pattern: str, encoding: str = "utf-8-sig") -> Finder:
    """The record whose cell in a column fits the pattern; its number counts the header as one."""

    def seen(data: bytes) -> int | None:
        records = _records(data, encoding)
        place = records[0].index(column)
        full = ((n, record[place]) for n, record in enumerate(records[1:], 2) if len(record) > place)
        return next((n for n, value in full if re.fullmatch(pattern, value)), None)

    return seen


def several(column: str, encoding: str = "utf-8-sig") -> Finder:
    """The first record that repeats an earlier value of the column."""

    def seen(data: bytes) -> int | None:
        records = _records(data, encoding)
        place, known = records[0].index(column), set[str]()
        for number, record in enumerate(records[1:], 2):
            if record[place] in known:
                return number
            known.add(record[place])
        return None

    return seen


def longer_record(encoding: str) -> Finder:
    """The first record with more cells than the header."""

    def seen(data: bytes) -> int | None:
        records = _records(data, encoding)
        return next((n for n, record in enumerate(records, 1) if len(record) > len(records[0])), None)

    return seen


def _is_latin(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return not data.startswith(b"\xef\xbb\xbf")
    return False


def _custom_columns_last(data: bytes) -> bool:
    header = _records(data, "cp1252")[0]
    custom = [name for name in header if name.endswith("__c")]
    return bool(custom) and header[-len(custom) :] == sorted(custom)


def _all_quoted(data: bytes) -> bool:
    return all(line.startswith(b'"') for line in data.split(b"\n")[:2])


SF = r"salesforce/.*\.ZIP/"
ZD = r"zendesk/.*\.zip/export.*\.csv$"
XL = r"zendesk/.*Excel.*\.csv$"
QX = r"qualtrics/Relationship NPS_.*\.csv$"
DE = r"qualtrics/.*DACH.*\.tsv$"
OLD = r"qualtrics/Relationship_NPS_2023\.csv$"
NO = r"notion/.*Part-1\.zip/Customer Success [0-9a-f]{32}/"
CP = "cp1252"
ODDITIES = (
    Oddity("salesforce: cp1252 without BOM", SF + "Contact.csv", whole(_is_latin)),
    Oddity("salesforce: ASCII-only file in the same zip", SF + "User.csv", whole(bytes.isascii)),
    Oddity("salesforce: every header and value is quoted", SF + "Account.csv", whole(_all_quoted)),
    Oddity("salesforce: LF only", SF + "Account.csv", whole(lambda data: b"\r" not in data)),
    Oddity("salesforce: line break inside a cell", SF + "Account.csv", cell("Description", r"(?s).+\n.+", CP)),
    Oddity("salesforce: datetime without zone", SF + "Event.csv",
           cell("ActivityDateTime", r"\d{4}-\d\d-\d\d [\d:]{8}", CP)),
    Oddity("salesforce: date-only at midnight", SF + "Contract.csv",
           cell("StartDate", r"\d{4}-\d\d-\d\d 00:00:00", CP)),
    Oddity("salesforce: booleans 0 and 1", SF + "Contract.csv", cell("Auto_Renew__c", "[01]", CP)),
    Oddity("salesforce: deleted row", SF + "Account.csv", cell("IsDeleted", "1", CP)),
    Oddity("salesforce: merged account", SF + "Account.csv", cell("MasterRecordId", "001.{15}", CP)),
    Oddity("salesforce: null reference", SF + "Account.csv", cell("ParentId", "000000000000000AAA", CP)),
    Oddity("salesforce: short null in an enum-like id", SF + "Task.csv", cell("CurrencyIsoCode", "000", CP)),
    Oddity("salesforce: record type of 15 characters", SF + "Account.csv", cell("RecordTypeId", ".{15}", CP)),
    Oddity("salesforce: ids of 18 characters", SF + "Account.csv", cell("Id", "001.{15}", CP)),
    Oddity("salesforce: several currencies", SF + "Contract.csv", cell("CurrencyIsoCode", "AUD|GBP|EUR", CP)),
    Oddity("salesforce: custom columns last, alphabetical", SF + "Account.csv", whole(_custom_columns_last)),
    Oddity("salesforce: near-duplicate columns", SF + "Account.csv", line_with(b'"RenewalDate__c","Renewal_Date__c"')),
    Oddity("salesforce: header-only file", SF + "Case.csv", whole(lambda data: data.count(b"\n") == 1)),
    Oddity("salesforce: no previous amount before 2021", SF + "OpportunityHistory.csv",
           line_with(rb'"20(1\d|20)-[^\n]*,"0","","20[^"]*"\n')),
    Oddity("salesforce: stage with trailing space", SF + "Opportunity.csv", cell("StageName", ".* ", CP)),
    Oddity("zendesk: zip of one CSV", r"zendesk/export.*\.csv\.zip$", whole(lambda data: data[:2] == b"PK")),
    Oddity("zendesk: summation column is 1", ZD, cell("Summation column", "1")),
    Oddity("zendesk: null as a dash in a custom list", ZD, cell("Ticket Category [list]", "-")),
    Oddity("zendesk: satisfaction offered", ZD, cell("Satisfaction Score", "Offered")),
    Oddity("zendesk: satisfaction not offered", ZD, cell("Satisfaction Score", "Not Offered")),
    Oddity("zendesk: satisfaction digit in the same column", ZD, cell("Satisfaction Score", "[1-5]")),
    Oddity("zendesk: resolution time in hours, others in minutes", ZD, cell("Resolution time", r"\d+")),
    Oddity("zendesk: duplicate ids", ZD, several("Id")),
    Oddity("zendesk: tags in one cell", ZD, cell("Tags", r"\S+ \S+.*")),
    Oddity("zendesk: Excel destroyed the requester id", XL, cell("Requester id", re.escape("1.03006E+13"), CP)),
    Oddity("zendesk: Excel dates dd-mm-yyyy", XL, cell("Created at", r"(1[3-9]|2\d|3[01])-\d\d-\d{4} \d\d:\d\d", CP)),
    Oddity("zendesk: unquoted comma shifts the row", XL, longer_record(CP)),
    Oddity("qualtrics: three header rows, JSON in the third", QX, line_with(rb'""ImportId"":""startDate""')),
    Oddity("qualtrics: time zone in the third row", QX, line_with(rb'""timeZone"":""America/New_York""')),
    Oddity("qualtrics: line break and comma in the question row", QX, line_with(rb'recommend Tidewick,\nto a')),
    Oddity("qualtrics: NPS group beside the score", QX, cell("Q1_NPS_GROUP", "Promoter|Passive|Detractor")),
    Oddity("qualtrics: survey preview", QX, cell("Status", "Survey Preview")),
    Oddity("qualtrics: normal answers are `IP Address`", QX, cell("Status", "IP Address")),
    Oddity("qualtrics: unfinished answer with progress", QX, cell("Finished", "False")),
    Oddity("qualtrics: several choices in one cell", QX, cell("Q3", r"[^,]+,[^,]+.*")),
    Oddity("qualtrics: account key in embedded data at the end", QX, cell("Account_Id", "001.{15}")),
    Oddity("qualtrics: title and download time in the name", r"_October 30, 2026_08\.15\.csv$", whole(bool)),
    Oddity("qualtrics: TSV in UTF-16", DE, whole(lambda data: data[:2] == b"\xff\xfe")),
    Oddity("qualtrics: localised question row", DE, whole(lambda data: "Anfangsdatum\t" in data.decode("utf-16"))),
    Oddity("qualtrics: numeric group, status and finished", DE, whole(lambda d: "\t3\t" in d.decode("utf-16"))),
    Oddity("qualtrics: choices split into columns", DE, whole(lambda d: '""choiceId"":""1""' in d.decode("utf-16"))),
    Oddity("qualtrics: legacy layout with two header rows", OLD, line_with(b"ResponseID,ResponseSet,Name")),
    Oddity("qualtrics: legacy trailing comma and BOM", OLD, line_with(b"^\xef\xbb\xbfV1,.*,\n")),
    Oddity("stripe: lower-case currency", "stripe/subscriptions.csv", cell("Currency", "[a-z]{3}")),
    Oddity("stripe: major units with decimals", "stripe/invoices.csv", cell("Amount Due", r"\d+\.\d\d")),
    Oddity("stripe: zone only in the header", "stripe/invoices.csv", cell("Date (UTC)", r"[\d-]{10} [\d:]{8}")),
    Oddity("stripe: metadata columns at the end", "stripe/subscriptions.csv", line_with(rb"\(metadata\)\n")),
    Oddity("stripe: several rows of one customer", "stripe/subscriptions.csv", several("Customer ID")),
    Oddity("stripe: incomplete_expired", "stripe/subscriptions.csv", cell("Status", "incomplete_expired")),
    Oddity("stripe: past_due", "stripe/subscriptions.csv", cell("Status", "past_due")),
    Oddity("stripe: canceled", "stripe/subscriptions.csv", cell("Status", "canceled")),
    Oddity("stripe: saved again with semicolons", "stripe/invoices 2023", line_with(rb"^id;Customer;")),
    Oddity("notion: zip in a zip", r"notion/Export-[^/]*\.zip/Export-.*-Part-1\.zip$",
           whole(lambda data: data[:2] == b"PK")),
    Oddity("notion: view beside all rows", NO + r"Action Items [0-9a-f]{32}\.csv$", whole(bool)),
    Oddity("notion: all rows", NO + r"Action Items [0-9a-f]{32}_all\.csv$", whole(bool)),
    Oddity("notion: inline view in a sub-folder, columns by name", NO + "Delivery room",
           line_with(b"Actual Date,Critical Path")),
    Oddity("notion: BOM", NO + "Milestones", whole(lambda data: data[:3] == b"\xef\xbb\xbf")),
    Oddity("notion: CRLF", NO + "Milestones", line_with(b"\r\n")),
    Oddity("notion: no newline at the end", NO + "Milestones", whole(lambda data: not data.endswith(b"\n"))),
    Oddity("notion: long dates", NO + "Milestones", cell("Planned Date", r"[A-Z][a-z]+ \d+, \d{4}")),
    Oddity("notion: datetimes", NO + "Communication Log", cell("Date", r"[A-Z][a-z]+ \d+, \d{4} \d+:\d\d [AP]M")),
    Oddity("notion: a range of dates in one cell", NO + "Implementation.*_all", cell("Timeline", ".* → .*")),
    Oddity("notion: several values in one cell", NO + "Implementation.*_all", cell("Resource Allocation", ".*, .*")),
    Oddity("notion: emoji in a value", NO + "Implementation.*_all", cell("Tags", ".*🚀.*")),
    Oddity("notion: relation", NO + "Milestones",
           cell("Customer", r".* \(Customer%20Accounts%20[0-9a-f]{32}/.*\.md\)")),
    Oddity("notion: several relations", NO + "Implementation.*_all", cell("Key Milestones", r".*\.md\), .*\.md\)")),
    Oddity("notion: comma inside a relation's name", NO + "Milestones.*_all", cell("Customer", r"[^(]*, [^(]*\(.*")),
    Oddity("notion: checkbox", NO + "Implementation.*_all", cell("Technical Blockers", "Yes|No")),
    Oddity("notion: rollup as decimal", NO + "Implementation.*_all", cell("Milestones Done", r"0\.\d\d")),
    Oddity("notion: file path", NO + "Implementation.*_all", cell("Attachments", r".*%20.*\.pdf")),
    Oddity("notion: blank title", NO + "Action Items.*_all", line_with(rb"\n,ACT-")),
    Oddity("notion: blank row", NO + "Action Items.*_all", line_with(rb"\n,,,,*\r\n")),
    Oddity("notion: AppleDouble junk", r"__MACOSX/.*/\._.*\.csv$", whole(lambda data: data[:4] == b"\x00\x05\x16\x07")),
)  # fmt: skip
