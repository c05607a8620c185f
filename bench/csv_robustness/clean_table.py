"""The clean invented table that every polluted file is made from, and how a table is written with given marks."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.csv_robustness.cases import Rows

HEADER = ["account_id", "signed_on", "seats", "arr", "name", "plan", "note", "site", "csm"]
ROWS = (
    (
        "Harbor Lane Foods",
        "scale",
        "Asked for a walk-through of dashboards, then of alerts.",
        "harborlane",
        "Ines Okafor",
    ),
    ("Kestrel & Moor, Ltd.", "starter", "Wants invoices per site, not per region.", "kestrelmoor", ""),
    ("Bright Fjord Energy", "growth", 'Ordered 12" panels; the "north" site goes first.', "brightfjord", "Tomas Weil"),
    ("Silo Nine", "growth", "Quiet quarter", "silonine", "Ines Okafor"),
    ("Paper Crane Clinics", "scale", "Champion left; new sponsor is the COO.", "papercrane", "Ada Brandt"),
    ("O'Dell Freight", "starter", "Can't log in since Monday", "odellfreight", ""),
    ("Lantern Row Books", "starter", "Renewal, price, and term are open.", "lanternrow", "Tomas Weil"),
    ("Vesper Optics", "scale", 'Says "later" to every QBR date', "vesperoptics", "Ada Brandt"),
    ("Tidewater Mills", "growth", "Two teams live; the third starts in May.", "tidewatermills", "Ada Brandt"),
    ("Cobalt Orchard", "growth", "Data kept in C:\\exports", "cobaltorchard", ""),
)
RECORDS = 40
Cell = tuple[str, bool]


@dataclass(frozen=True, slots=True)
class Marks:
    """How a table is written."""

    delimiter: str = ","
    quote: str = '"'
    escape: str = '"'
    line_end: str = "\r\n"


def _clean_table() -> list[list[Cell]]:
    rows = [[(name, False) for name in HEADER]]
    for number in range(RECORDS):
        name, plan, note, site, csm = ROWS[number % len(ROWS)]
        day = f"2025-{1 + number % 12:02}-{1 + number * 7 % 28:02}"
        values = [f"AC-{1001 + number}", day, str(5 + number * 13 % 90), f"{1200 + number * 731 % 9000}.{number % 10}0"]
        values += [name, plan, note, f"https://{site}.example/{number}", csm]
        rows.append([(value, "," in value or '"' in value or place == 6) for place, value in enumerate(values)])
    return rows


TABLE = _clean_table()


def values_of(table: Sequence[Sequence[Cell]]) -> Rows:
    return [[value for value, _ in row] for row in table]


def written_cell(cell: Cell, marks: Marks) -> str:
    value, is_quoted = cell
    if not is_quoted:
        return value
    mark = marks.quote[0]
    return marks.quote + value.replace(mark, marks.escape + mark) + marks.quote[::-1]


def written_line(row: Sequence[Cell], marks: Marks) -> str:
    return marks.delimiter.join(written_cell(cell, marks) for cell in row)


def written_lines(marks: Marks = Marks()) -> list[str]:
    return [written_line(row, marks) for row in TABLE]


def joined(lines: Sequence[str], line_end: str = "\r\n") -> bytes:
    return "".join(line + line_end for line in lines).encode()


def written(table: Sequence[Sequence[Cell]], marks: Marks = Marks()) -> bytes:
    return joined([written_line(row, marks) for row in table], marks.line_end)


def hexed(text: str) -> str:
    return "_".join(f"0x{ord(mark):X}" for mark in text)
