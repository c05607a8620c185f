"""How the text of a cell becomes a value: one line per reading."""

import pytest

from pipeline.ingest.cells import known, meant, one_of, trimmed, typed
from pipeline.warehouse import Warehouse
from schemas.sources import Column

READINGS = """
whole         | 1,234                     | 1234
whole         | 12.0                      | 12
whole         | 12.5                      |
whole         | many                      |
number        | 45%                       | 45.0
number        | 1.5e3                     | 1500.0
number        | 1.2.3                     |
money         | $21,000                   | 21000.0000000000
money         | 58.8k                     | 58800.0000000000
money         | €0                        | 0.0000000000
money         | 1.03444E11                | 103444000000.0000000000
money         | (250.50)                  | -250.5000000000
money         | USD 12.30                 | 12.3000000000
money         | 1,23                      |
boolean       | TRUE                      | true
boolean       | checked                   | true
boolean       | No                        | false
boolean       | perhaps                   |
date          | 2026-03-31                | 2026-03-31
date          | 2026-03-31 00:00:00       | 2026-03-31
date          | 2026-02-30                |
date          | 31/03/2026                |
date          | TBD                       |
instant       | 2026-03-31 09:00          | 2026-03-31 13:00:00+00
instant       | 2026-03-31T09:00:00Z      | 2026-03-31 09:00:00+00
instant       | 2026-03-31 09:00:00 -0700 | 2026-03-31 16:00:00+00
instant       | 2026-13-45 10:00          |
id            | 00123                     | 00123
id            | 1.03006E+13               |
salesforce_id | 0015g00000ht6rE           | 0015g00000ht6rEAAQ
salesforce_id | 0015g00000ht6rEAAQ        | 0015g00000ht6rEAAQ
salesforce_id | Acme Inc                  |
currency      | usd                       | USD
list          | ["a", "b, c"]             | a; b, c
list          | a; b ;                    | a; b
"""
LINES = [tuple(part.strip() for part in line.split("|")) for line in READINGS.strip().splitlines()]


@pytest.mark.parametrize(("kind", "text", "expected"), LINES, ids=[f"{kind} {text}" for kind, text, _ in LINES])
def test_a_cell_is_read_as(warehouse: Warehouse, kind: str, text: str, expected: str) -> None:
    sql = typed("cell", kind, Column(), "America/New_York", "America/New_York")
    assert (warehouse.value(f"select ({sql})::varchar from (select ? as cell)", [text]) or "") == expected


@pytest.mark.parametrize(
    ("kind", "options", "text", "expected"),
    [
        ("date", {"formats": ["%B %d, %Y"]}, "April 3, 2024", "2024-04-03"),
        ("instant", {"formats": ["epoch_ms"]}, "1642777476321", "2022-01-21 15:04:36.321+00"),
        ("date", {"local_day": True}, "2026-01-02 03:00:00", "2026-01-01"),
        ("date", {"local_day": True}, "2026-01-02 00:00:00", "2026-01-02"),
        ("number", {"decimal": ","}, "1.234,5", "1234.5"),
    ],
)
def test_options_change_how_a_cell_is_read(
    warehouse: Warehouse, kind: str, options: dict[str, object], text: str, expected: str
) -> None:
    sql = typed("cell", kind, Column.model_validate(options), "UTC", "America/New_York")
    assert warehouse.value(f"select ({sql})::varchar from (select ? as cell)", [text]) == expected


RELATION = "Acme, Inc (Accounts%20ab/Acme%200123456789abcdef0123456789abcdef.md)"


@pytest.mark.parametrize(
    ("options", "text", "expected"),
    [
        ({"relation": "name"}, RELATION, "Acme, Inc"),
        ({"relation": "id"}, RELATION, "0123456789abcdef0123456789abcdef"),
        ({"relation": "name"}, "Acme Inc", "Acme Inc"),
        ({"range": "end"}, "April 23, 2024 → May 22, 2024", "May 22, 2024"),
        ({"range": "start"}, "April 23, 2024", "April 23, 2024"),
        ({"pattern": "^(\\S+)"}, "2026-01-02 00:00:00", "2026-01-02"),
        ({"values": {"Urgent": "p0"}}, "URGENT", "p0"),
        ({"values": {"Offered": ""}}, "Offered", None),
        ({"nulls": ["-"]}, "-", None),
        ({"nulls": ["-"], "default": "none"}, "-", "none"),
    ],
)
def test_the_part_that_is_meant(
    warehouse: Warehouse, options: dict[str, object], text: str, expected: str | None
) -> None:
    sql = meant("cell", Column.model_validate(options))
    assert warehouse.value(f"select {sql} from (select ? as cell)", [text]) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [(" a b ", "a b"), ("\u00a0x\ufeff", "x"), ("  ", None), ("", None), ("#N/A", None), ("é ", "é")],
)
def test_blanks_and_spellings_of_nothing(warehouse: Warehouse, text: str, expected: str | None) -> None:
    sql = known(trimmed("cell"), ["#N/A"])
    assert warehouse.value(f"select {sql} from (select ? as cell)", [text]) == expected


def test_an_enumeration_is_compared_in_lower_snake(warehouse: Warehouse) -> None:
    sql = one_of("cell", ["mid_market", "smb"])
    query = (
        f"select list({sql} order by place) from (values (1, 'Mid-Market'), (2, ' SMB'), (3, 'Tiny')) as t(place, cell)"
    )
    assert warehouse.value(query).to_list() == ["mid_market", "smb", None]
