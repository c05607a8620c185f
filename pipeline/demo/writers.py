"""Text frames into the bytes of files: dialects, encodings, and zips whose bytes depend on their content alone."""

import io
import zipfile
from dataclasses import dataclass

import polars as pl

MARKS = ("_reason", "_value")
ZIP_TIME = (2026, 10, 30, 6, 0, 0)


@dataclass(frozen=True, slots=True)
class Planted:
    """One record that a strict reader sets aside, with the physical line on which it starts."""

    file: str
    line: int
    table: str
    reason: str
    value: str


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a tool writes its CSV files."""

    encoding: str = "utf-8"
    line_end: str = "\n"
    separator: str = ","
    quote_all: bool = False
    bom: bytes = b""
    final_newline: bool = True


@dataclass(frozen=True, slots=True)
class Sheet:
    """One CSV file before it is written: rows of text, the lines above them, and the table they feed."""

    table: str
    frame: pl.DataFrame
    dialect: Dialect = Dialect()
    header: str | None = None


def visible(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame without the columns that mark planted rows."""
    return frame.drop([name for name in MARKS if name in frame.columns])


def csv_bytes(sheet: Sheet) -> bytes:
    """The file's bytes; null cells are empty, cells with separators or line breaks are quoted."""
    dialect = sheet.dialect
    frame = visible(sheet.frame)
    if not dialect.quote_all:
        frame = frame.with_columns(pl.col(pl.String).replace("", None))
    text = frame.write_csv(
        include_header=sheet.header is None,
        separator=dialect.separator,
        line_terminator=dialect.line_end,
        quote_style="always" if dialect.quote_all else "necessary",
    )
    text = (sheet.header or "") + text
    if not dialect.final_newline:
        text = text.removesuffix(dialect.line_end)
    return dialect.bom + text.encode(dialect.encoding)


def planted_rows(sheet: Sheet, file: str) -> list[Planted]:
    """The marked rows of a sheet with the physical lines on which they start."""
    if "_reason" not in sheet.frame.columns:
        return []
    frame = sheet.frame.with_row_index("row")
    text = [name for name, kind in visible(sheet.frame).schema.items() if kind == pl.String]
    breaks = pl.sum_horizontal(pl.col(text).fill_null("").str.count_matches("\n", literal=True)) + 1
    above = len((sheet.header or "h\n").split("\n")) - 1
    frame = frame.with_columns(line=breaks.cum_sum() - breaks + 1 + above).filter(pl.col("_reason") != "")
    return [
        Planted(file, int(row["line"]), sheet.table, row["_reason"], row["_value"])
        for row in frame.select("line", *MARKS).to_dicts()
    ]


def zip_bytes(entries: dict[str, bytes]) -> bytes:
    """A zip of the entries in the order of their names, with one fixed time."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(entries):
            info = zipfile.ZipInfo(name, ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            archive.writestr(info, entries[name], compresslevel=9)
    return target.getvalue()
