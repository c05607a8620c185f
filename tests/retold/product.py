"""The same companies as the product sees them: rows accepted, marts built, scores told."""

from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import cache

import polars as pl

from pipeline.book import Book
from pipeline.policy import read_policy
from pipeline.scoring.churn_risk import risk_panel
from pipeline.scoring.health import book_medians, health_panel, weeks_standing
from pipeline.scoring.parts import parts_of
from pipeline.scoring.risk_factors import risk_parts
from pipeline.scoring.risk_tables import churn_weeks
from pipeline.scoring.tables import health_weeks
from pipeline.stages.briefing import feeds_of, owners_of, read_aliases, set_variables
from pipeline.stages.layers import in_order, macros, references, selects
from pipeline.workspace import REPOSITORY
from schemas.tables import TABLES
from tests.retold.rows import AS_OF, ZONE
from tests.sql.company import LOAD_COLUMNS, canonical_types, company
from tests.sql.company import _hash as hashed

MARTS = ("weeks", "feed_weeks", "accounts", "account_weeks", "risk_weeks", "overrides")
POLICY = read_policy(REPOSITORY / "policy", REPOSITORY / "policy" / "none")


def scored(folder, invented, weeks):
    """(health weeks, the wide health panel, churn weeks, the wide risk panel) of an invented company."""
    sections = {
        "company": {"name": "Retold", "time_zone": ZONE},
        "feeds": {
            "expected": list(invented.expected),
            "max_stale_days": invented.max_stale,
            **{feed: {"max_age_days": days} for feed, days in invented.ages.items()},
        },
        "support": {"holidays": [str(day) for day in invented.holidays]},
        "health": {"login_days_basis": invented.basis},
    }
    with company(folder, **sections) as founded:
        for table, rows in invented.rows.items():
            _accept(founded.warehouse, table, rows)
        book = _book(founded, weeks)
        return _told(book, founded.workspace.settings)


def _told(book, settings):
    scorecard = POLICY.health.scorecard
    parts = parts_of(scorecard, settings.health.login_days_basis)
    standings = weeks_standing(book, parts, scorecard)
    health = health_panel(book, standings, book_medians(book, standings, parts, scorecard), parts, scorecard)
    risk = risk_panel(book, risk_parts(POLICY.churn_risk), POLICY.churn_risk)
    return health_weeks(health), health, churn_weeks(risk), risk


def _accept(warehouse, table, rows):
    """Accept rows, as ingest would have left them."""
    if not rows:
        return
    types = {**canonical_types(table), **LOAD_COLUMNS}
    frame = pl.DataFrame(
        [_loaded(table, number, row) for number, row in enumerate(rows, 2)], schema=dict.fromkeys(types, pl.String)
    )
    casts = ", ".join(f'"{column}"::{kind} as "{column}"' for column, kind in types.items())
    with warehouse.lending("given_rows", frame):
        warehouse.execute(f"insert into accepted.{table} by name select {casts} from given_rows")


def _loaded(table, number, row):
    contract = TABLES[table]
    values = {name: _text(value) for name, value in row.items() if name != "extracted_at"}
    told = row.get("extracted_at") or datetime(AS_OF.year, AS_OF.month, AS_OF.day, 12, tzinfo=UTC)
    named = ["crm" if contract.account_column in contract.keys else "", *(values[key] or "" for key in contract.keys)]
    return values | {
        "_system": "crm",
        "_extracted_at": told.strftime("%Y-%m-%d %H:%M:%S"),
        "_file_id": f"{table}-{told:%Y%m%d%H%M%S}",
        "_line": str(number),
        "_account_namespace": "crm" if contract.account_column else None,
        "_key": hashed(*named),
        "_row_hash": hashed(*(f"{name}={values[name]}" for name in sorted(values))),
        "_is_deleted": "false",
    }


def _text(value):
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)


def _book(founded, weeks):
    warehouse, settings = founded.warehouse, founded.workspace.settings
    set_variables(warehouse, settings, POLICY.segments, AS_OF)
    warehouse.set_variable("panel_weeks", weeks)
    warehouse.replace("meta.owners", owners_of(warehouse, settings))
    warehouse.replace("meta.feeds", feeds_of(warehouse, settings))
    warehouse.replace("meta.aliases", read_aliases(founded.workspace.root / "aliases.csv"))
    warehouse.execute(macros())
    for table, sql in needed():
        warehouse.execute(f"create or replace table {table} as\n{sql}")
    frames = {mart: warehouse.frame(f"select * from marts.{mart}") for mart in MARTS}
    return Book.from_frames(AS_OF, settings, frames)


@cache
def needed():
    """The selects that these marts are made of, each after those that it reads."""
    with _parser() as warehouse:
        files = in_order(warehouse, selects())
        reads = dict(
            zip((each.table for each in files), references(warehouse, [each.sql for each in files]), strict=True)
        )
    wanted, waiting = set(), [f"marts.{mart}" for mart in MARTS]
    while waiting:
        table = waiting.pop()
        if table in reads and table not in wanted:
            wanted.add(table)
            waiting += reads[table]
    return [(each.table, each.sql) for each in files if each.table in wanted]


@contextmanager
def _parser():
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder, company(Path(folder)) as founded:
        yield founded.warehouse
