"""How the text of a cell becomes a value: one line per reading."""

import math
import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from pipeline.ingest.cells import clean, known, meant, one_of, trimmed
from pipeline.warehouse import Warehouse, open_warehouse
from schemas.sources import Column
from tests.ingest.whole_columns import read


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """One warehouse for all readings; none of them leaves anything that another could see."""
    folder = tmp_path_factory.mktemp("readings")
    with open_warehouse(folder / "warehouse.duckdb", [folder]) as opened:
        yield opened


READINGS = """
whole         | 1,234                      | 1234
whole         | 12.0                       | 12
whole         | 12.5                       | !unreadable
whole         | many                       | !unreadable
whole         | 0012                       | 12
whole         | 99999999999999999999       | !unreadable
number        | 45%                        | 45.0
number        | 1.5e3                      | 1500.0
number        | 1.2.3                      | !unreadable
number        | nan                        |
number        | infinity                   | !unreadable
number        | 1_000                      | !unreadable
money         | $21,000                    | 21000.00
money         | 58.8k                      | 58800.00
money         | $1.2M                      | 1200000.00
money         | €0                         | 0.00
money         | 1.03444E11                 | 103444000000.00
money         | (250.50)                   | -250.50
money         | ($1,234.50)                | -1234.50
money         | -$5                        | -5.00
money         | 21,000-                    | -21000.00
money         | −5                         | -5.00
money         | USD 12.30                  | 12.30
money         | 12.30 eur                  | 12.30
money         | US$ 12                     | 12.00
money         | 1 234 567.5                | 1234567.50
money         | 1'234.50                   | 1234.50
money         | 1,23,456                   | 123456.00
money         | 1.2MIO                     | !unreadable
money         | 12 34                      | !unreadable
money         | 1_000                      | !unreadable
money         | 1e300                      | !unreadable
money         | -                          |
boolean       | 1                          | true
boolean       | TRUE                       | true
boolean       | True                       | true
boolean       | true                       | true
boolean       | YES                        | true
boolean       | Yes                        | true
boolean       | yes                        | true
boolean       | checked                    | true
boolean       | 0                          | false
boolean       | FALSE                      | false
boolean       | False                      | false
boolean       | false                      | false
boolean       | No                         | false
boolean       | no                         | false
boolean       | perhaps                    | !unreadable
id            | 00123                      | 00123
id            | 1.03006E+13                | !destroyed_id
id            | 1,03006E+13                | !destroyed_id
id            | 5e12                       | 5e12
salesforce_id | 0015g00000ht6rE            | 0015g00000ht6rEAAQ
salesforce_id | 0015g00000ht6rEAAQ         | 0015g00000ht6rEAAQ
salesforce_id | Acme Inc                   | !unreadable
salesforce_id | 1.03006E+13                | !destroyed_id
currency      | usd                        | USD
currency      | €                          | EUR
currency      | USD - U.S. Dollar          | USD
list          | ["a", "b, c"]              | a; b, c
list          | a; b ;                     | a; b
list          | [1, true]                  | 1; true
enumeration   | Open                       | open
enumeration   | ON-HOLD                    | !unknown_value
text          | Null                       | Null
text          | NULL                       |
text          | NA                         | NA
number        | NA                         |
"""
LINES = [tuple(part.strip() for part in line.split("|")) for line in READINGS.strip().splitlines()]


@pytest.mark.parametrize(("kind", "text", "expected"), LINES, ids=[f"{kind} {text}" for kind, text, _ in LINES])
def test_a_cell_is_read_as(warehouse: Warehouse, kind: str, text: str, expected: str) -> None:
    assert read(warehouse, kind, [text]) == [expected or None]


@pytest.mark.parametrize(
    ("kind", "options", "text", "expected"),
    [
        ("number", {"decimal": ","}, "1.234,5", "1234.5"),
        ("number", {"decimal": ","}, "1.23", "!unreadable"),
        ("money", {"decimal": ","}, "€ 1.234,56", "1234.56"),
        ("number", {"times": 100}, "0.25", "25.0"),
        ("number", {"times": 100}, "25%", "25.0"),
        ("money", {"times": 1000}, "58.8", "58800.00"),
        ("duration", {"unit": "hours"}, "1.5", "90.0"),
        ("duration", {"unit": "seconds"}, "90", "1.5"),
        ("duration", {"unit": "hours"}, "104:05:09", "6245.15"),
        ("duration", {"unit": "hours"}, "48:30", "2910.0"),
        ("duration", {}, "1h 30m", "90.0"),
        ("duration", {}, "2 days 3 hours", "3060.0"),
        ("duration", {}, "1 day, 3:04:00", "1624.0"),
        ("duration", {}, "PT1H30M", "90.0"),
        ("duration", {}, "1h 2h", "!unreadable"),
        ("duration", {}, "1:75", "!unreadable"),
        ("duration", {}, "-5", "!unreadable"),
        ("boolean", {"default": "false"}, "", "false"),
        ("boolean", {"default": "false"}, "checked", "true"),
        ("whole", {"nulls": ["0"]}, "0", None),
        ("whole", {"values": {"Good": "5", "Offered": ""}}, "good", "5"),
        ("whole", {"values": {"Good": "5", "Offered": ""}}, "Offered", None),
        ("enumeration", {"values": {"Closed Won": "solved"}}, "closed won ", "solved"),
        ("enumeration", {"values": {"Closed Won": "solved"}}, "ClosedWon", "solved"),
        ("enumeration", {"values": {"On-hold": "hold"}}, "on-hold", "hold"),
    ],
)
def test_options_change_how_a_cell_is_read(
    warehouse: Warehouse, kind: str, options: dict[str, object], text: str, expected: str | None
) -> None:
    assert read(warehouse, kind, [text], options) == [expected]


PAGE = "0123456789abcdef0123456789abcdef"
RELATION = f"Acme, Inc (Accounts%20ab/Acme%20{PAGE}.md)"
ELSEWHERE = f"Northwind (https://www.notion.so/Northwind-{PAGE}?pvs=21)"


@pytest.mark.parametrize(
    ("options", "text", "expected"),
    [
        ({"relation": "name"}, RELATION, "Acme, Inc"),
        ({"relation": "id"}, RELATION, PAGE),
        ({"relation": "name"}, ELSEWHERE, "Northwind"),
        ({"relation": "id"}, ELSEWHERE, PAGE),
        ({"relation": "name", "type": "list"}, f"{RELATION}, {ELSEWHERE}", "Acme, Inc; Northwind"),
        ({"relation": "name"}, "Acme Inc", "Acme Inc"),
        ({"range": "end"}, "April 23, 2024 → May 22, 2024", "May 22, 2024"),
        ({"range": "end"}, "April 23, 2024", None),
        ({"range": "start"}, "April 23, 2024", "April 23, 2024"),
        ({"pattern": "^(\\S+)"}, "2026-01-02 00:00:00", "2026-01-02"),
        ({"values": {"Urgent": "p0"}}, "URGENT", "p0"),
        ({"values": {"Offered": ""}}, "Offered", None),
        ({"nulls": ["-"]}, "-", None),
        ({"nulls": ["-"], "default": "none"}, "-", "none"),
        ({"json_path": "plan"}, '{"plan": "gold"}', "gold"),
        ({"json_path": "plan.name"}, '{"plan": {"name": "gold"}}', "gold"),
        ({"json_path": "plan.name"}, '{"plan.name": "gold"}', "gold"),
        ({"json_path": "$city"}, '{"$city": "Lima"}', "Lima"),
        ({"json_path": "plan"}, '{"plan": null}', None),
        ({"json_path": "tags"}, '{"tags": ["a", "b"]}', '["a","b"]'),
    ],
)
def test_the_part_that_is_meant(
    warehouse: Warehouse, options: dict[str, object], text: str, expected: str | None
) -> None:
    sql = meant("cell", Column.model_validate(options))
    assert warehouse.value(f"select {sql} from (select ? as cell)", [text]) == expected


def test_a_cell_that_should_hold_json_and_does_not_is_unreadable(warehouse: Warehouse) -> None:
    texts = ['{"plan": "gold"}', "{broken", '{"seats": 3}', None]
    assert read(warehouse, "text", texts, {"json_path": "plan"}) == ["gold", "!unreadable", None, None]


@pytest.mark.parametrize(
    ("text", "expected"),
    [(" a b ", "a b"), ("\u00a0x\ufeff", "x"), ("  ", None), ("", None), ("#N/A", None), ("é ", "é"), ("000", None)],
)
def test_blanks_and_spellings_of_nothing(warehouse: Warehouse, text: str, expected: str | None) -> None:
    assert warehouse.value(f"select {clean('cell', ['000'])} from (select ? as cell)", [text]) == expected


def test_trimming_and_spellings_of_nothing_are_two_steps(warehouse: Warehouse) -> None:
    query = f"select {known('bare')} from (select {trimmed('cell')} as bare from (select ' n/a ' as cell))"
    assert warehouse.value(query) is None


def test_an_enumeration_is_compared_in_lower_snake(warehouse: Warehouse) -> None:
    sql = one_of("cell", ["mid_market", "smb"])
    query = f"""
        select list({sql} order by place)
        from (values (1, 'Mid-Market'), (2, ' SMB'), (3, 'Tiny'), (4, 'midmarket')) as t(place, cell)
    """
    assert warehouse.value(query).to_list() == ["mid_market", "smb", None, "mid_market"]


def test_a_fast_reading_is_never_another_than_the_careful_one(warehouse: Warehouse) -> None:
    """A trailing blank keeps a cell from the short cut; the value must be the same."""
    texts = {
        "whole": ["0", "-7", "12", "1e3", "0x1F", "9223372036854775807", "1_0", "+5", "007", "12.0"],
        "number": ["0", "-7.25", "1e3", "1e400", ".5", "5.", "1_0", "-0.5", "00.5", "+5", "nan", "inf", "0x1F"],
        "money": ["0", "-7.25", "1e3", ".5", "5.", "1_0", "00.5", "+5", "1e14", "999999999999999", "1e16", "12.345"],
        "boolean": ["0", "1", "true", "True", "TRUE", "yes", "No", "checked", "t", "2"],
        "date": ["2026-03-31", "2026-02-30", "-026-03-01", "2026-3-31", "0001-01-01"],
        "instant": [
            "2026-03-31 09:00:00",
            "2026-03-08 02:30:00",
            "2026-11-01 01:30:00",
            "2026-03-31T09:00:00Z",
            "2026-03-31",
        ],
        "duration": ["0", "12", "007", "1.5", "-3"],
    }
    for kind, ones in texts.items():
        assert read(warehouse, kind, ones) == read(warehouse, kind, [f"{one} " for one in ones]), kind


# An independent and slow reading of the same texts, by characters instead of patterns.


def slow_amount(text: str, mark: str) -> Decimal | None:
    """An amount without currency, factor or spaces, by hand."""
    is_bracketed = text.startswith("(") and text.endswith(")")
    bare = text[1:-1] if is_bracketed else text
    minuses = is_bracketed + bare.startswith("-") + bare.endswith("-")
    bare = bare.removeprefix("-") if bare.startswith("-") else bare.removeprefix("+")
    bare = bare.removesuffix("-")
    whole, point, fraction = bare.partition(mark)
    groups = whole.split("," if mark == "." else ".")
    ok = all(part.isascii() and part.isdigit() for part in groups) and (not fraction or fraction.isdigit())
    plain_size = len(groups) == 1 or (1 <= len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:]))
    indian = (
        len(groups) > 2 and len(groups[0]) <= 2 and all(len(one) == 2 for one in groups[1:-1]) and len(groups[-1]) == 3
    )
    if not whole and point and fraction.isdigit():
        groups, ok, plain_size = ["0"], True, True
    if not ok or not (plain_size or indian) or minuses > 1:
        return None
    value = Decimal("".join(groups) + "." + (fraction or "0"))
    return None if value >= Decimal("1e15") else -value if minuses else value


QUICK = settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
)
AMOUNTISH = st.text(alphabet="0123456789.,-()+", min_size=1, max_size=9)


@QUICK
@given(texts=st.lists(AMOUNTISH, min_size=20, max_size=60), mark=st.sampled_from([".", ","]))
@example(texts=["1,234", "1,23", "1.234,56", "(5)", "5-", "--5", "(-5)", "1,23,456", ".5", "5."], mark=".")
def test_amounts_are_read_like_a_slow_reader_does(warehouse: Warehouse, texts: list[str], mark: str) -> None:
    nothing = {"-", "--"}
    expected = [
        None
        if text in nothing
        else (lambda v: "!unreadable" if v is None else str(round(v, 2)))(slow_amount(text, mark))
        for text in texts
    ]
    found = read(warehouse, "money", texts, {"decimal": mark})
    same = [
        one == other
        or (
            one
            and other
            and one[0] != "!"
            and other[0] != "!"
            and abs(Decimal(one) - Decimal(other)) <= Decimal("0.01")
        )
        for one, other in zip(found, expected, strict=True)
    ]
    assert all(same), [(t, f, e) for t, f, e, s in zip(texts, found, expected, same, strict=True) if not s]


@QUICK
@given(
    minutes=st.lists(st.integers(0, 200_000), min_size=5, max_size=30),
    style=st.sampled_from(["clock", "words", "short", "seconds", "iso"]),
)
def test_a_duration_means_the_same_in_every_spelling(warehouse: Warehouse, minutes: list[int], style: str) -> None:
    def spelled(total: int) -> str:
        hours, rest = divmod(total, 60)
        days, hours_left = divmod(hours, 24)
        return {
            "clock": f"{hours:02d}:{rest:02d}:00",
            "words": f"{days} days {hours_left} hours {rest} minutes",
            "short": f"{days}d {hours_left}h {rest}m",
            "seconds": str(total * 60),
            "iso": f"P{days}DT{hours_left}H{rest}M",
        }[style]

    found = read(warehouse, "duration", [spelled(one) for one in minutes], {"unit": "seconds"})
    assert [math.isclose(float(one or "nan"), want) for one, want in zip(found, minutes, strict=True)] == [True] * len(
        minutes
    )


@QUICK
@given(
    texts=st.lists(st.text(max_size=12), min_size=10, max_size=40),
    kind=st.sampled_from(
        [
            "whole",
            "number",
            "money",
            "boolean",
            "date",
            "instant",
            "duration",
            "id",
            "currency",
            "list",
            "enumeration",
            "salesforce_id",
        ]
    ),
)
def test_no_text_breaks_a_reading(warehouse: Warehouse, texts: list[str], kind: str) -> None:
    found = read(warehouse, kind, [text.replace("\x00", "") for text in texts])
    assert len(found) == len(texts)


@QUICK
@given(texts=st.lists(st.text(alphabet="0123456789,.-+ ", max_size=8), min_size=20, max_size=60))
def test_whole_numbers_are_read_like_a_slow_reader_does(warehouse: Warehouse, texts: list[str]) -> None:
    def slow(text: str) -> str | None:
        bare = text.strip()
        if not bare or bare in ("-", "--"):
            return None
        joined = (
            re.sub(r"(?<=\d) (?=\d{3}(?!\d))", "", bare)
            if re.fullmatch(r"[+-]?\d{1,3}( \d{3})+([.,]\d*)?", bare)
            else bare
        )
        found = re.fullmatch(r"([+-]?)(\d+|\d{1,3}(?:,\d{3})+|\d{1,2}(?:,\d{2})+,\d{3})(?:\.0*)?", joined)
        return str(int(found[1] + found[2].replace(",", ""))) if found else "!unreadable"

    assert read(warehouse, "whole", texts, {"decimal": "."}) == [slow(text) for text in texts]
