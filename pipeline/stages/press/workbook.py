"""The tables of `data/` as one workbook: a sheet per table, with frozen header, filter, formats and colours.

No cell is a formula or a link, whatever an export says; the same tables give the same bytes.
"""

from collections.abc import Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.charts.theme import ACCENT, BAND_COLOURS

WORKBOOK = "workbook.xlsx"
MOST_ROWS = 1_000_000
YES, NO = "yes", "no"
SHEET_NAME = 31
WIDEST, NARROWEST = 44, 9
SAMPLE = 200
HEADER = {"bold": True, "bg_color": ACCENT, "font_color": "#ffffff", "valign": "top", "text_wrap": True}
BAD, GOOD = {"font_color": BAND_COLOURS["critical"], "bold": True}, {"font_color": BAND_COLOURS["healthy"]}
GREY = {"font_color": BAND_COLOURS["insufficient_data"]}
RISK_COLOURS = {"green": "healthy", "yellow": "watch", "orange": "at_risk", "red": "critical"}
MUST_BE_ZERO = ("residual", "difference", "unexplained")
MET = ("is_met", "is_tied")
FADED = ("is_small", "is_mature")
OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
    "constant_memory": False,
    "remove_timezone": True,
}


def write_workbook(tables: Mapping[str, pl.DataFrame], path: Path, as_of: date, company: str) -> None:
    """Write every table to a sheet of its name; the first sheet lists them, and says where a table is cut.

    A sheet holds a million rows at most; the CSV and Parquet files hold them all.
    """
    import xlsxwriter

    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with xlsxwriter.Workbook(path, OPTIONS) as book:
        book.set_properties({"title": f"{company}, {as_of}", "created": datetime.combine(as_of, time())})
        fill(book, tables, as_of, company)


def fill(book: Any, tables: Mapping[str, pl.DataFrame], as_of: date, company: str) -> None:
    """Add the list of sheets and every table to an open workbook."""
    formats = {name: book.add_format(look) for name, look in _looks().items()}
    _contents(book, tables, formats, as_of, company)
    for name, table in tables.items():
        _sheet(book, name, table.head(MOST_ROWS), formats)


def _looks() -> dict[str, dict[str, Any]]:
    bands = {band: {"font_color": colour, "bold": True} for band, colour in BAND_COLOURS.items()}
    return {
        "header": HEADER,
        "title": {"bold": True, "font_size": 14},
        "money": {"num_format": "#,##0.00;[Red]-#,##0.00"},
        "share": {"num_format": "0.0"},
        "number": {"num_format": "#,##0.##"},
        "count": {"num_format": "#,##0"},
        "day": {"num_format": "yyyy-mm-dd"},
        "moment": {"num_format": "yyyy-mm-dd hh:mm"},
        "bad": BAD,
        "good": GOOD,
        "grey": GREY,
        **{f"band_{band}": look for band, look in bands.items()},
    }


def _contents(
    book: Any, tables: Mapping[str, pl.DataFrame], formats: dict[str, Any], as_of: date, company: str
) -> None:
    sheet = book.add_worksheet("contents")
    sheet.write_string(0, 0, f"{company}, as of {as_of}", formats["title"])
    for column, head in enumerate(("Sheet", "Rows", "Columns", "")):
        sheet.write_string(2, column, head, formats["header"])
    for row, (name, table) in enumerate(tables.items(), start=3):
        sheet.write_string(row, 0, name)
        sheet.write_number(row, 1, table.height, formats["count"])
        sheet.write_number(row, 2, table.width)
        if table.height > MOST_ROWS:
            sheet.write_string(row, 3, f"the first {MOST_ROWS:,} rows; all of them are in {name}.csv")
    sheet.set_column(0, 0, 30)
    sheet.freeze_panes(3, 0)


def _sheet(book: Any, name: str, table: pl.DataFrame, formats: dict[str, Any]) -> None:
    sheet = book.add_worksheet(name[:SHEET_NAME])
    for place, column in enumerate(table.columns):
        sheet.write_string(0, place, column, formats["header"])
        _column(sheet, place, table[column], formats)
    sheet.freeze_panes(1, 1)
    if table.width:
        sheet.autofilter(0, 0, max(table.height, 1), table.width - 1)
    if table.height:
        _colours(sheet, table, formats)


def _column(sheet: Any, place: int, values: pl.Series, formats: dict[str, Any]) -> None:
    """One column's cells; what is not known stays empty."""
    look = formats.get(_look(values))
    sheet.set_column(place, place, _width(values), look)
    write = _writer(sheet, values.dtype)
    for row, value in enumerate(values.to_list(), start=1):
        if value is not None:
            write(row, place, value, look)


def _writer(sheet: Any, dtype: pl.DataType) -> Any:
    if dtype.is_numeric() or dtype.is_decimal():
        return sheet.write_number
    if dtype.is_temporal():
        return sheet.write_datetime
    return _truth_value(sheet) if dtype == pl.Boolean else _text(sheet)


def _truth_value(sheet: Any) -> Any:
    """Yes and no as words: some spreadsheets keep a cell that is true or false as the formula TRUE()."""
    return lambda row, place, value, look: sheet.write_string(row, place, YES if value else NO, look)


def _text(sheet: Any) -> Any:
    return lambda row, place, value, look: sheet.write_string(row, place, str(value), look)


def _look(values: pl.Series) -> str:
    """The name of a column's format, by its type and its name."""
    if values.dtype.is_decimal():
        return "money"
    if values.dtype.is_float():
        return "share" if values.name.endswith("_pct") else "number"
    if values.dtype.is_integer():
        return "count"
    if values.dtype == pl.Date:
        return "day"
    return "moment" if values.dtype.is_temporal() else ""


def _width(values: pl.Series) -> int:
    longest = values.head(SAMPLE).cast(pl.String, strict=False).str.len_chars().max() or 0
    words = max((len(word) for word in values.name.split("_")), default=0)
    return min(WIDEST, max(NARROWEST, words + 3, int(longest) + 2)) if isinstance(longest, int) else NARROWEST


def _colours(sheet: Any, table: pl.DataFrame, formats: dict[str, Any]) -> None:
    """Colours by rule: bands as in the reports, what fails in red, what is too small to judge in grey."""
    last = table.height
    for place, column in enumerate(table.columns):
        if column.endswith(("health_band", "risk_band")) or "_band_" in column:
            _bands(sheet, place, last, formats)
        elif column in MUST_BE_ZERO:
            rule = {"type": "cell", "criteria": "!=", "value": 0, "format": formats["bad"]}
            sheet.conditional_format(1, place, last, place, rule)
        elif column in MET:
            _truth(sheet, place, last, formats["good"], formats["bad"])
        elif column in FADED:
            _faded(sheet, place, last, table.width, formats["grey"], is_faded=column == "is_small")


def _bands(sheet: Any, place: int, last: int, formats: dict[str, Any]) -> None:
    known = {band: band for band in BAND_COLOURS} | RISK_COLOURS
    for word, band in known.items():
        look = formats.get(f"band_{band}")
        rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": look}
        sheet.conditional_format(1, place, last, place, rule)


def _truth(sheet: Any, place: int, last: int, good: Any, bad: Any) -> None:
    for value, look in ((YES, good), (NO, bad)):
        rule = {"type": "cell", "criteria": "==", "value": f'"{value}"', "format": look}
        sheet.conditional_format(1, place, last, place, rule)


def _faded(sheet: Any, place: int, last: int, width: int, grey: Any, *, is_faded: bool) -> None:
    """Grey rows: too few accounts, or not yet of age."""
    from xlsxwriter.utility import xl_col_to_name

    criteria = f'=${xl_col_to_name(place)}2="{YES if is_faded else NO}"'
    sheet.conditional_format(1, 0, last, width - 1, {"type": "formula", "criteria": criteria, "format": grey})
