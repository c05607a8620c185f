"""What the SQL is told about a company before it runs: its feeds, who owns which table, aliases, and variables.

It comes from bellwether.toml, `sources/aliases.csv` and policy/segments.toml; `build` writes it into `meta`.
"""

import json
from datetime import date
from pathlib import Path

import polars as pl

from pipeline.errors import UsageError
from pipeline.ingest.store import accepted_name
from pipeline.policy import SegmentsPolicy
from pipeline.warehouse import Warehouse
from pipeline.workspace import CONFIG_NAME, Settings
from schemas.tables import TABLES

ONE_OWNER = ("accounts", "contracts", "invoices")
ALIASES = ("system", "external_id", "account_id")
SHIPPED_AGES = {
    "usage": 3,
    "tickets": 10,
    "activities": 10,
    "invoices": 45,
    "survey_responses": 120,
    "survey_invitations": 120,
    "trainings": 120,
    "qbrs": 120,
}
TIERS = "struct(tier varchar, segment varchar, over_arr double, from_arr double, renewal_window_days bigint)[]"


def feeds_of(warehouse: Warehouse, settings: Settings) -> pl.DataFrame:
    """One row per feed: is_expected, has_rows, and after how many days it is late and stale (null: it never ages)."""
    feeds = list(dict.fromkeys(feed_of(table) for table in TABLES))
    expected = {_known_feed(name, feeds) for name in settings.feeds.expected}
    filled = {feed_of(table) for table in filled_tables(warehouse)}
    ages = _ages(settings, feeds)
    return pl.DataFrame(
        {
            "feed": feeds,
            "is_expected": [feed in expected for feed in feeds],
            "has_rows": [feed in filled for feed in feeds],
            "max_age_days": [ages.get(feed) for feed in feeds],
            "max_stale_days": [settings.feeds.max_stale_days for _ in feeds],
        },
        schema_overrides={"max_age_days": pl.Int64, "max_stale_days": pl.Int64},
    )


def feed_of(table: str) -> str:
    """The feed that a canonical table belongs to: usage_events and usage_daily are one."""
    return "usage" if table in ("usage_events", "usage_daily") else table


def filled_tables(warehouse: Warehouse) -> set[str]:
    """The canonical tables of which any row was ever accepted and stands."""
    standing = (
        f"select '{table}' as filled where exists (from {accepted_name(table)} where not coalesce(_is_deleted, false))"
        for table in TABLES
    )
    return set(warehouse.frame(" union all ".join(standing))["filled"])


def owners_of(warehouse: Warehouse, settings: Settings) -> pl.DataFrame:
    """One row per table and system that may speak for it, by rank; tables without a row take every system.

    Raises UsageError with the line to add to bellwether.toml when two systems feed a table that needs an owner.
    """
    unknown = [table for table in (*settings.sources, *settings.quality.tables) if table not in TABLES]
    if unknown:
        raise UsageError(
            f"{CONFIG_NAME}: [sources] or [quality.tables] names {unknown[0]!r}, which is no table",
            f"Tables are {', '.join(TABLES)}.",
        )
    rows = [
        (table, system, rank)
        for table in TABLES
        for rank, system in enumerate(_owners(warehouse, settings, table), start=1)
    ]
    return pl.DataFrame(rows, schema={"table_name": pl.String, "system": pl.String, "rank": pl.Int64}, orient="row")


def read_aliases(path: Path) -> pl.DataFrame:
    """The workspace's own names for accounts: system, external_id, account_id; none without the file."""
    if not path.is_file():
        return pl.DataFrame(schema=dict.fromkeys(ALIASES, pl.String))
    aliases = pl.read_csv(path, infer_schema=False)
    absent = [column for column in ALIASES if column not in aliases.columns]
    if absent:
        raise UsageError(f"{path}: no column {', '.join(absent)}", f"Its header must be {','.join(ALIASES)}.")
    return aliases.select(ALIASES).drop_nulls().unique(("system", "external_id"), keep="last", maintain_order=True)


def set_variables(warehouse: Warehouse, settings: Settings, segments: SegmentsPolicy, as_of: date) -> None:
    """Make as_of, the company's clock and currency, and the rules of segments readable in SQL."""
    values = {
        "as_of": as_of,
        "time_zone": settings.company.time_zone,
        "reporting_currency": settings.company.reporting_currency,
        "panel_weeks": settings.run.panel_weeks,
        "grace_days": segments.renewals.grace_days,
        "onboarding_until_day": segments.lifecycle.onboarding_until_day,
        "adoption_until_month": segments.lifecycle.adoption_until_month,
    }
    for name, value in values.items():
        warehouse.set_variable(name, value)
    tiers = [
        {
            "tier": name,
            "segment": tier.segment,
            "over_arr": tier.over,
            "from_arr": tier.at_least,
            "renewal_window_days": tier.renewal_window_days,
        }
        for name, tier in segments.tiers.items()
    ]
    warehouse.execute(f"set variable tiers = ?::{TIERS}", [tiers])
    warehouse.execute("set variable holidays = ?::date[]", [sorted(holidays_of(settings, as_of))])


def holidays_of(settings: Settings, as_of: date) -> set[date]:
    """The days of [support] holidays over the panel and, for older tickets, ten years back; a country's code, alone or
    with its region, is its calendar.
    """
    import holidays

    years = range(as_of.year - max(10, settings.run.panel_weeks // 52 + 1), as_of.year + 2)
    days: set[date] = set()
    for entry in settings.support.holidays:
        country, _, region = entry.partition("-")
        try:
            if entry[:1].isdigit():
                days.add(date.fromisoformat(entry))
            else:
                days |= set(holidays.country_holidays(country, subdiv=region or None, years=years))
        except (NotImplementedError, ValueError) as unknown:
            raise UsageError(
                f"{CONFIG_NAME}: [support] holidays names {entry!r}, which is no date and no known calendar",
                'Write dates such as "2026-07-03", or a country code such as "US" or "DE-BY".',
            ) from unknown
    return days


def _ages(settings: Settings, feeds: list[str]) -> dict[str, int]:
    overall = settings.feeds.max_age_days
    shipped = {feed: age if overall is None else overall for feed, age in SHIPPED_AGES.items()}
    return shipped | {_known_feed(name, feeds): age for name, age in settings.feeds.ages.items()}


def _known_feed(name: str, feeds: list[str]) -> str:
    if feed_of(name) not in feeds:
        raise UsageError(f"{CONFIG_NAME}: [feeds] names {name!r}, which is no feed", f"Feeds are {', '.join(feeds)}.")
    return feed_of(name)


def _owners(warehouse: Warehouse, settings: Settings, table: str) -> tuple[str, ...]:
    named = settings.sources.get(table, ())
    if not named and table not in ONE_OWNER:
        return ()
    feeding = tuple(warehouse.frame(f"select _system from {accepted_name(table)} group by all order by all")["_system"])
    if not named and len(feeding) > 1:
        raise UsageError(
            f"{table} come from {' and '.join(feeding)}, and nothing says which of them owns {table}",
            f"Add to {CONFIG_NAME} under [sources], the owner first: {table} = {json.dumps(list(feeding))}",
        )
    if named and feeding and not set(named) & set(feeding):
        raise UsageError(
            f"[sources] {table} names {', '.join(named)}, but {table} come from {', '.join(feeding)}",
            f"Write in {CONFIG_NAME} under [sources]: {table} = {json.dumps(list(feeding))}",
        )
    return named or feeding
