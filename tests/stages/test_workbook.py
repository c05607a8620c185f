"""The workbook: a sheet per table, no formula from data, the same bytes; and a spreadsheet's own sums over it."""

import shutil
import subprocess
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import fastexcel
import polars as pl
import pytest
import xlsxwriter

from pipeline.stages.press.workbook import OPTIONS, fill, write_workbook
from tests.properties.contract_books import CURRENCIES, Written, accept, tables, written
from tests.properties.plain_revenue import Plain
from tests.sql.company import AS_OF, company

TABLE = pl.DataFrame(
    {
        "account_id": ["=1+1", "@SUM(A1)", "https://example.com", None],
        "arr": [Decimal("1.10"), Decimal("-2.00"), None, Decimal("3.00")],
        "grr_pct": [91.5, None, 100.0, 0.0],
        "month_on": [date(2026, 1, 1), None, date(2026, 2, 1), date(2026, 3, 1)],
        "health_band": ["healthy", "critical", None, "watch"],
        "is_met": [True, False, None, True],
    }
)
CALC = shutil.which("soffice") or shutil.which("libreoffice")


def written_to(folder: Path, table: pl.DataFrame = TABLE) -> Path:
    path = folder / "workbook.xlsx"
    write_workbook({"accounts": table, "empty": table.clear()}, path, AS_OF, "Acme")
    return path


def parts(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_no_cell_is_a_formula_or_a_link_whatever_it_says(tmp_path: Path) -> None:
    sheets = {name: text for name, text in parts(written_to(tmp_path)).items() if "worksheets" in name}
    assert len(sheets) == 3
    assert not any("<f>" in text or "hyperlink" in text for text in sheets.values())
    seen = fastexcel.read_excel(tmp_path / "workbook.xlsx").load_sheet("accounts").to_polars()
    assert seen["account_id"].to_list() == TABLE["account_id"].to_list()
    assert seen["arr"].to_list() == [1.1, -2.0, None, 3.0]


def test_every_sheet_has_a_frozen_header_and_a_filter(tmp_path: Path) -> None:
    texts = parts(written_to(tmp_path))
    for number in (2, 3):
        assert 'state="frozen"' in texts[f"xl/worksheets/sheet{number}.xml"]
        assert "<autoFilter" in texts[f"xl/worksheets/sheet{number}.xml"]
    assert "<conditionalFormatting" in texts["xl/worksheets/sheet2.xml"]


def test_the_same_tables_are_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert written_to(tmp_path / "a").read_bytes() == written_to(tmp_path / "b").read_bytes()


@pytest.mark.skipif(CALC is None, reason="there is no spreadsheet program on this machine")
@pytest.mark.nightly
def test_a_spreadsheets_own_sums_over_movements_and_contracts_are_the_bridge(tmp_path: Path) -> None:
    """Calc opens the workbook with formulas of its own beside it: movements by SUMIFS give the bridge, and contracts as
    exported, each at its month's rate, give the closings.
    """
    books = in_service_alone(written(40, seed=11))
    with company(tmp_path / "company") as founded:
        accept(founded, books)
        found = tables(founded)
    sheet = checked_by_calc(tmp_path, found, books)
    assert sheet.height > 30
    assert found["arr_bridge"]["closing"].max() > 1000
    assert sheet["movements_off"].abs().max() < 0.005
    assert sheet["contracts_off"].abs().max() < 0.005


def in_service_alone(books: Written) -> Written:
    """Books whose accounts are never without service between contracts, so that dates alone say what counts."""
    plain = Plain(books, AS_OF)
    steady = {
        account
        for account in plain.known
        if all(
            plain.counted(account, plain.close(month)) == plain.serving(account, plain.close(month))
            for month in plain.months
        )
    }
    return Written(
        [one for one in books.customers if one.account_id in steady],
        [one for one in books.contracts if one.account_id in steady and one.signed_on <= AS_OF],
        books.rates,
    )


def checked_by_calc(folder: Path, found: dict[str, pl.DataFrame], books: Written) -> pl.DataFrame:
    """The workbook with a sheet of checks beside its own, as a spreadsheet program computed them."""
    path, plain = folder / "check.xlsx", Plain(books, AS_OF)
    bridge = found["arr_bridge"].filter(pl.col("segment") == "all").sort("month_on")
    with xlsxwriter.Workbook(path, OPTIONS) as book:
        fill(book, {name: found[name] for name in ("arr_movements", "arr_bridge")}, AS_OF, "Acme")
        exported = book.add_worksheet("contracts")
        for row, one in enumerate(books.contracts):
            starts, ends = (excel_day(day) for day in (one.starts_on, min(plain.last(one), date(2099, 1, 1))))
            exported.write_row(row, 0, [starts, ends, one.currency, float(one.arr)])
        sheet = book.add_worksheet("check")
        sheet.write_row(0, 0, ["month", "movements_off", "contracts_off"])
        for row, line in enumerate(bridge.to_dicts(), start=1):
            month = line["month_on"]
            closing = f'SUMIFS(arr_bridge!$J:$J,arr_bridge!$A:$A,{excel_day(month)},arr_bridge!$B:$B,"all")'
            sheet.write_number(row, 0, excel_day(month))
            sheet.write_formula(row, 1, f"={netted(month)}-{closing}")
            sheet.write_formula(row, 2, f"={in_force(plain, month, len(books.contracts))}-{closing}")
    subprocess.run(
        [
            str(CALC),
            "--headless",
            "--convert-to",
            "xlsx:Calc MS Excel 2007 XML",
            "--outdir",
            str(folder / "out"),
            str(path),
        ],
        check=True,
        capture_output=True,
        env={"HOME": str(folder), "PATH": "/usr/bin:/bin"},
        timeout=240,
    )
    return fastexcel.read_excel(folder / "out" / "check.xlsx").load_sheet("check").to_polars()


def excel_day(day: date) -> int:
    """A day as spreadsheets count."""
    return (day - date(1899, 12, 30)).days


def netted(month: date) -> str:
    """Everything that moved up to the month, by SUMIFS over the sheet of movements."""

    def total(kind: str) -> str:
        until = f'arr_movements!$B:$B,"<={excel_day(month)}"'
        return f'SUMIFS(arr_movements!$D:$D,{until},arr_movements!$C:$C,"{kind}")'

    gains = "+".join(total(kind) for kind in ("new", "expansion", "reactivation", "fx"))
    return f"{gains}-{total('contraction')}-{total('churn')}"


def in_force(plain: Plain, month: date, count: int) -> str:
    """Contracts in force at the month's close, each converted and rounded."""
    day = excel_day(plain.close(month))
    known = [(currency, rate) for currency in CURRENCIES if (rate := plain.rate(currency, month)) is not None]
    parts = [_sum(count, day, currency, rate) for currency, rate in known]
    return "+".join(parts)


def _sum(count: int, day: int, currency: str, rate: Decimal) -> str:
    starts, ends, names, amounts = (f"contracts!${column}$1:${column}${count}" for column in "ABCD")
    return f'SUMPRODUCT(({starts}<={day})*({ends}>={day})*({names}="{currency}")*ROUND({amounts}*{rate},2))'
