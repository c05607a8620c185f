# ruff: noqa: DTZ001, DTZ007
"""Days and times, read by the whole column: order, zones, clocks that jump, and an independent slow reading.

Times here have no zone of their own: that is what is tested.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from pipeline.ingest.moments import localized
from pipeline.ingest.recognise import Recognised, Unrecognised, recognised
from pipeline.ingest.zones import zone_name
from pipeline.warehouse import Warehouse, open_warehouse
from schemas.sources import Column, FileMap, Source, TableMap
from tests.ingest.whole_columns import NEW_YORK, decision, is_left_open, read


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """One warehouse for all readings; none of them leaves anything that another could see."""
    folder = tmp_path_factory.mktemp("readings")
    with open_warehouse(folder / "warehouse.duckdb", [folder]) as opened:
        yield opened


FORMS = """
2026-03-31                                                | 2026-03-31 04:00:00+00
2026-03-31 09:00                                          | 2026-03-31 13:00:00+00
2026-03-31 09:00:00                                       | 2026-03-31 13:00:00+00
2026-03-31 09:00:00.123456                                | 2026-03-31 13:00:00.123456+00
2026-03-31T09:00:00.123Z                                  | 2026-03-31 09:00:00.123+00
2026-03-31T09:00:00.000+0530                              | 2026-03-31 03:30:00+00
2026-03-31T09:00:00-04:00                                 | 2026-03-31 13:00:00+00
2016-06-03 12:43:50 -0400                                 | 2016-06-03 16:43:50+00
2026-03-31T09:00:00.000 Pacific Standard Time             | 2026-03-31 17:00:00+00
2026-03-31T09:00:00.000 PST                               | 2026-03-31 17:00:00+00
2026-03-31T09:00:00.000 GMT-08:00                         | 2026-03-31 17:00:00+00
2026-03-31T09:00:00.000 -800                              | 2026-03-31 17:00:00+00
2026-03-31 09:00:00 UTC                                   | 2026-03-31 09:00:00+00
2026-03-31 09:00:00 IST                                   | !unreadable
12/Mar/24 9:41 AM                                         | 2024-03-12 13:41:00+00
12-Mar-2024                                               | 2024-03-12 04:00:00+00
January 27, 2026                                          | 2026-01-27 05:00:00+00
September 17, 2024 1:52 PM                                | 2024-09-17 17:52:00+00
27 jan 2026                                               | 2026-01-27 05:00:00+00
1. März 2026                                              | 2026-03-01 05:00:00+00
27 de janeiro de 2026                                     | 2026-01-27 05:00:00+00
Tue Mar 31 2026 09:00:00 GMT-0400 (Eastern Daylight Time) | 2026-03-31 13:00:00+00
Mon, 02 Mar 2026 10:00:00 GMT                             | 2026-03-02 10:00:00+00
2031-01-01                                                | 2031-01-01 05:00:00+00
2026-03-31 12:00 AM                                       | 2026-03-31 04:00:00+00
2026-03-31 13:00 PM                                       | !unreadable
2026-03-31 25:00                                          | !unreadable
2026-02-30                                                | !unreadable
45000                                                     | !spreadsheet_serial
45000.5                                                   | !spreadsheet_serial
TBD                                                       | !unreadable
"""
LINES = [tuple(part.strip() for part in line.split("|")) for line in FORMS.strip().splitlines()]


@pytest.mark.parametrize(("text", "expected"), LINES, ids=[text for text, _ in LINES])
def test_a_time_is_read_as(warehouse: Warehouse, text: str, expected: str) -> None:
    assert read(warehouse, "instant", [text]) == [expected]


ORDERS = """
31/03/2026, 03/04/2026, 12/12/2026        | 2026-03-31, 2026-04-03, 2026-12-12 | day first: 1 of 2 values decide it
03/31/2026, 03/04/2026                    | 2026-03-31, 2026-03-04             | month first: 1 of 2 values decide it
31-03-2026 09:00, 03-04-2026 10:30        | 2026-03-31, 2026-04-03             | day first: 1 of 2 values decide it
3/31/26 9:41 PM, 3/4/26 1:00 AM           | 2026-03-31, 2026-03-04             | month first: 1 of 2 values decide it
03/04/2026, 05/06/2026                    | !ambiguous_date, !ambiguous_date   | ambiguous: none of 2 numeric dates says
31/31/2026, 00/00/2026                    | !unreadable, !unreadable           |
03/03/2026, 04/04/2026                    | 2026-03-03, 2026-04-04             |
13/01/2026, 01/13/2026, 02/03/2026        | !contradictory_dates, !contradictory_dates, !contradictory_dates | contradictory: 1 values have the day first, 1 the month
3.4.2026, 5.6.2026                        | 2026-04-03, 2026-06-05             | day first, as dates with points are
4.13.2026, 3.4.2026                       | 2026-04-13, 2026-03-04             | month first: 1 of 2 values decide it
2026-04-03, 31/03/2026, 03/04/2026        | 2026-04-03, 2026-03-31, 2026-04-03 | day first: 1 of 2 values decide it
"""
COLUMNS = [tuple(part.strip() for part in line.split("|")) for line in ORDERS.strip().splitlines()]


@pytest.mark.parametrize(("texts", "expected", "how"), COLUMNS, ids=[texts for texts, *_ in COLUMNS])
def test_the_whole_column_decides_whether_the_day_or_the_month_is_first(
    warehouse: Warehouse, texts: str, expected: str, how: str
) -> None:
    assert read(warehouse, "date", texts.split(", ")) == expected.split(", ")
    words = decision(warehouse, "date", texts.split(", "), {})
    assert words.startswith(how) if how else words == ""


@pytest.mark.parametrize(
    ("spec", "source", "texts", "expected"),
    [
        ({"day_first": True}, {}, ["03/04/2026"], ["2026-04-03"]),
        ({"day_first": False}, {}, ["03/04/2026"], ["2026-03-04"]),
        ({}, {"day_first": True}, ["03/04/2026"], ["2026-04-03"]),
        ({"day_first": False}, {"day_first": True}, ["03/04/2026"], ["2026-03-04"]),
        ({"day_first": True}, {}, ["03/04/2026", "01/31/2026"], ["2026-03-04", "2026-01-31"]),
        ({"formats": ["%d/%m/%Y"]}, {}, ["03/04/2026", "01/31/2026"], ["2026-04-03", "!unreadable"]),
        ({"formats": ["%Y%m%d"]}, {}, ["20260403"], ["2026-04-03"]),
        ({"nulls": ["TBD"]}, {}, ["TBD", "2026-04-03"], [None, "2026-04-03"]),
        ({"range": "end"}, {}, ["April 23, 2024 → May 22, 2024"], ["2024-05-22"]),
        ({"range": "end"}, {}, ["23/04/2024 → 05/06/2024", "1/4/2024 → 31/5/2024"], ["2024-06-05", "2024-05-31"]),
    ],
)
def test_what_is_declared_settles_what_the_column_leaves_open(
    warehouse: Warehouse, spec: dict[str, object], source: dict[str, object], texts: list[str], expected: list[str]
) -> None:
    assert read(warehouse, "date", texts, spec, **source) == expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["1642777476", "1642777476.5"], ["2022-01-21 15:04:36+00", "2022-01-21 15:04:36.5+00"]),
        (["1642777476321"], ["2022-01-21 15:04:36.321+00"]),
        (["1642777476", "2026-01-01"], ["!unreadable", "2026-01-01 05:00:00+00"]),
        (["123456789"], ["!unreadable"]),
        (["99999999999"], ["!unreadable"]),
    ],
)
def test_a_column_of_plausible_counts_is_seconds_or_milliseconds(
    warehouse: Warehouse, texts: list[str], expected: list[str]
) -> None:
    assert read(warehouse, "instant", texts) == expected


def test_a_local_time_that_the_clocks_skip_is_refused_and_one_that_they_repeat_is_the_first(
    warehouse: Warehouse,
) -> None:
    texts = [
        "2026-03-08 02:30:00",
        "2026-03-08 02:30",
        "2026-11-01 01:30:00",
        "2026-11-01 01:30",
        "2026-11-01 02:30:00",
    ]
    first = "2026-11-01 05:30:00+00"
    refused = "!nonexistent_time"
    assert read(warehouse, "instant", texts) == [refused, refused, first, first, "2026-11-01 07:30:00+00"]


def test_a_midnight_that_the_clocks_skip_is_the_first_moment_of_its_day(warehouse: Warehouse) -> None:
    sql = f"select ({localized('written', 'America/Havana')})::varchar from (select timestamp '2026-03-08' as written)"
    assert warehouse.value(sql) == "2026-03-08 05:00:00+00"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2026-01-02 03:00:00", "2026-01-01"), ("2026-01-02 00:00:00", "2026-01-02"), ("2026-01-02", "2026-01-02")],
)
def test_a_day_that_is_kept_as_midnight_utc_is_not_shifted(warehouse: Warehouse, text: str, expected: str) -> None:
    assert read(warehouse, "date", [text], {"local_day": True}, zone="UTC") == [expected]
    assert read(warehouse, "date", [text]) == ["2026-01-02"]


def _file(header: str, labels: tuple[str, ...] = (), **spec: object) -> Recognised | Unrecognised:
    column = Column.model_validate({"from": header.partition(" (")[0] + "*", **spec})
    table = TableMap(table="tickets", columns={"created_at": column})
    file = FileMap(name="f", identified_by=("ticket", header), header_rows=1 + bool(labels), table=(table,))
    sources = {"s": Source(system="s", title="S", file=(file,))}
    return recognised([("ticket", header), *([("", *labels)] if labels else [])], sources)


@pytest.mark.parametrize(
    "name", ["UTC", "Z", "America/New_York", "america/argentina/buenos aires", "GMT-05:00", "UTC+5:30", "EST"]
)
def test_a_zone_is_known_by_the_names_that_tools_write(name: str) -> None:
    assert zone_name(name)


@pytest.mark.parametrize("spec", [{"from": "Started at (*)", "zone": "header"}, {"zone": "Amerika/Lima"}])
def test_a_zone_that_does_not_exist_is_an_error_that_names_it(spec: dict[str, object]) -> None:
    found = _file("Started at (Amerika/Lima)", **spec)
    assert isinstance(found, Unrecognised)
    assert 'the time zone "Amerika/Lima"' in found.reason


def test_a_clean_column_needs_no_look_at_the_whole_of_it(warehouse: Warehouse) -> None:
    for kind, text in (("date", "2026-03-31"), ("instant", "2026-03-31 09:00:00"), ("money", "1,234.50")):
        assert not is_left_open(warehouse, kind, [text])


# An independent and slow reading: Python's own strptime, one text at a time, with the order found by trying both.

WRITERS = {
    "%Y-%m-%d": "%Y-%m-%d",
    "%Y-%m-%d %H:%M": "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M:%S": "%Y-%m-%dT%H:%M:%S",
    "%d/%m/%Y": "%d/%m/%Y",
    "%m/%d/%Y": "%m/%d/%Y",
    "%d-%m-%Y %H:%M": "%d-%m-%Y %H:%M",
    "%m-%d-%y": "%m-%d-%y",
    "%d.%m.%Y": "%d.%m.%Y",
    "%d/%b/%y %I:%M %p": "%d/%b/%y %I:%M %p",
    "%B %d, %Y": "%B %d, %Y",
    "%B %d, %Y %I:%M %p": "%B %d, %Y %I:%M %p",
    "%d %b %Y": "%d %b %Y",
}
TIMES = st.datetimes(datetime(1971, 1, 1), datetime(2067, 12, 31)).map(lambda at: at.replace(microsecond=0))
QUICK = settings(
    max_examples=20,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
)


def slow_days(texts: list[str], layout: str) -> list[str]:
    """The days of the texts; numeric layouts are told apart by trying both orders on the whole column."""
    orders = {layout, layout.replace("%d", "%x").replace("%m", "%d").replace("%x", "%m")}
    is_numeric = "%b" not in layout and "%B" not in layout and not layout.startswith("%Y")
    if not is_numeric:
        return [datetime.strptime(text, layout).date().isoformat() for text in texts]
    fitting = [order for order in orders if all(_fits(text, order) for text in texts)]
    if len(fitting) == 2:
        readings = [[datetime.strptime(text, order).date().isoformat() for text in texts] for order in fitting]
        if layout == "%d.%m.%Y":
            return [datetime.strptime(text, layout).date().isoformat() for text in texts]
        return [one if one == other else "!ambiguous_date" for one, other in zip(*readings, strict=True)]
    return [datetime.strptime(text, fitting[0]).date().isoformat() for text in texts]


def _fits(text: str, layout: str) -> bool:
    try:
        datetime.strptime(text, layout)
    except ValueError:
        return False
    return True


@QUICK
@given(times=st.lists(TIMES, min_size=1, max_size=8), layout=st.sampled_from(sorted(WRITERS)))
@example(times=[datetime(2026, 3, 4), datetime(2026, 5, 5)], layout="%m-%d-%y")
@example(times=[datetime(1971, 1, 2), datetime(2024, 12, 30)], layout="%m-%d-%y")
def test_a_column_of_days_is_read_like_a_slow_reader_does(
    warehouse: Warehouse, times: list[datetime], layout: str
) -> None:
    texts = [at.strftime(layout) for at in times]
    assert read(warehouse, "date", texts) == slow_days(texts, layout)


@QUICK
@given(
    times=st.lists(TIMES, min_size=1, max_size=30),
    zone=st.sampled_from([NEW_YORK, "Europe/Berlin", "Asia/Kolkata", "UTC", "Australia/Lord_Howe"]),
)
@example(times=[datetime(2026, 3, 8, 2, 30), datetime(2026, 11, 1, 1, 30)], zone=NEW_YORK)
@example(times=[datetime(2026, 4, 5, 1, 45), datetime(2026, 10, 4, 2, 15)], zone="Australia/Lord_Howe")
def test_a_local_time_is_the_instant_that_python_says(warehouse: Warehouse, times: list[datetime], zone: str) -> None:
    utc, local = ZoneInfo("UTC"), ZoneInfo(zone)

    def slow(at: datetime) -> str:
        instant = at.replace(tzinfo=local, fold=0).astimezone(utc)
        there = instant.astimezone(local).replace(tzinfo=None)
        is_midnight = at == datetime.combine(at.date(), datetime.min.time())
        if there != at and not is_midnight:
            return "!nonexistent_time"
        return instant.strftime("%Y-%m-%d %H:%M:%S+00")

    known = [at for at in times if 1990 <= at.year <= 2036]
    texts = [at.strftime("%Y-%m-%d %H:%M:%S") for at in known]
    assert read(warehouse, "instant", texts, zone=zone) == [slow(at) for at in known]


@QUICK
@given(
    days=st.lists(st.dates(date(2000, 1, 1), date(2035, 12, 31)), min_size=1, max_size=10), is_day_first=st.booleans()
)
def test_a_select_without_problems_is_not_changed_by_a_look_at_the_whole_column(
    warehouse: Warehouse, days: list[date], is_day_first: bool
) -> None:
    texts = [day.strftime("%d/%m/%Y" if is_day_first else "%Y-%m-%d") for day in days]
    if not is_left_open(warehouse, "date", texts):
        assert read(warehouse, "date", texts) == [day.isoformat() for day in days]


def test_every_day_of_a_leap_year_is_read_in_each_order(warehouse: Warehouse) -> None:
    days = [date(2024, 1, 1) + timedelta(days=count) for count in range(366)]
    for layout in ("%d/%m/%Y", "%m/%d/%Y", "%d.%m.%y", "%m-%d-%Y"):
        assert read(warehouse, "date", [day.strftime(layout) for day in days]) == [day.isoformat() for day in days]
