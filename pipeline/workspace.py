"""One company's folder: its paths and settings, read once and frozen."""

import calendar
import re
import tomllib
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from pipeline.errors import UsageError

REPOSITORY = Path(__file__).resolve().parent.parent
CONFIG_NAME = "bellwether.toml"
WEEKDAYS = tuple(name.lower() for name in calendar.day_name)

IsoDate = Annotated[date, BeforeValidator(lambda value: date.fromisoformat(value) if isinstance(value, str) else value)]


class Section(BaseModel):
    """A section of bellwether.toml: an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Company(Section):
    """Who the reports are for and how the company counts time and money."""

    name: str
    time_zone: str = "UTC"
    reporting_currency: str = Field(default="USD", pattern=r"^[A-Z]{3}$")
    fiscal_year_starts_month: int = Field(default=1, ge=1, le=12)
    week_ends_on: str = "friday"

    @field_validator("time_zone")
    @classmethod
    def known_zone(cls, value: str) -> str:
        """A zone of the tz database."""
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as unknown:
            raise ValueError("is not a time zone; write one such as America/New_York") from unknown
        return value

    @field_validator("week_ends_on")
    @classmethod
    def known_weekday(cls, value: str) -> str:
        """An English weekday in lower case."""
        if value not in WEEKDAYS:
            raise ValueError(f"is not a weekday; write one of {', '.join(WEEKDAYS)}")
        return value


class Run(Section):
    """How a run is dated."""

    as_of: IsoDate | None = None
    panel_weeks: int = Field(default=156, ge=104, le=520)


class Feeds(BaseModel):
    """Which feeds are expected, and when one is late or stale; `[feeds.<feed>]` sets a feed's own age."""

    model_config = ConfigDict(extra="allow", frozen=True)
    expected: tuple[str, ...] = ("accounts", "contracts")
    max_age_days: int | None = Field(default=None, ge=0)
    max_stale_days: int = Field(default=45, ge=0)

    @model_validator(mode="after")
    def known_keys(self) -> "Feeds":
        """What is not a key of this section is a feed with its own section."""
        for feed, value in (self.model_extra or {}).items():
            if not isinstance(value, dict) or set(value) != {"max_age_days"} or not _is_count(value["max_age_days"]):
                raise ValueError(f"unknown key {feed}; a feed's own age stands in [feeds.{feed}] as max_age_days = 3")
        return self

    @property
    def ages(self) -> dict[str, int]:
        """max_age_days per feed, where a feed has its own section."""
        return {feed: value["max_age_days"] for feed, value in (self.model_extra or {}).items()}


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


class Quality(Section):
    """How much of a file may be unreadable."""

    max_reject_pct: float = Field(default=5.0, ge=0, le=100)
    tables: dict[str, float] = Field(default_factory=dict)


class Health(Section):
    """Choices within the health score."""

    login_days_basis: str = Field(default="calendar", pattern="^(calendar|business)$")


class Support(Section):
    """When support works."""

    holidays: tuple[str, ...] = ()


class Capacity(Section):
    """What the team can do in a week."""

    saves_per_csm_per_week: int = Field(default=3, ge=0)


class Settings(Section):
    """bellwether.toml, whole."""

    company: Company
    run: Run = Run()
    feeds: Feeds = Feeds()
    sources: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    quality: Quality = Quality()
    health: Health = Health()
    support: Support = Support()
    capacity: Capacity = Capacity()
    people: dict[str, str] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Workspace:
    """Where one company's files are, and what it decided. A run touches nothing outside `root`."""

    root: Path
    settings: Settings

    @property
    def exports(self) -> Path:
        return self.root / "exports"

    @property
    def archive(self) -> Path:
        return self.root / "archive"

    @property
    def var(self) -> Path:
        return self.root / "var"

    @property
    def warehouse(self) -> Path:
        return self.var / "warehouse.duckdb"

    @property
    def staged(self) -> Path:
        return self.var / "staged"

    @property
    def rendered(self) -> Path:
        return self.var / "rendered"

    @property
    def out(self) -> Path:
        return self.root / "out"

    @property
    def policy(self) -> Path:
        return self.root / "policy"

    @property
    def sources(self) -> Path:
        return self.root / "sources"

    @property
    def notes(self) -> Path:
        return self.root / "notes"


def read_workspace(root: Path) -> Workspace:
    """The workspace in `root`; a UsageError names the file, line, key, value and remedy of what is wrong."""
    config = root / CONFIG_NAME
    if not config.is_file():
        raise UsageError(
            f"{root} is not a workspace: it has no {CONFIG_NAME}",
            "Run `bellwether demo DIR` for an example, or pass --workspace DIR.",
        )
    text = config.read_text(encoding="utf-8")
    try:
        settings = Settings.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as broken:
        raise UsageError(f"{config}: not valid TOML: {broken}", "Correct the line it names.") from broken
    except ValidationError as invalid:
        raise UsageError(_first_problem(config, text, invalid), "Correct or remove the key.") from invalid
    return Workspace(root.resolve(), settings)


def _first_problem(config: Path, text: str, invalid: ValidationError) -> str:
    problem = invalid.errors()[0]
    path = [str(part) for part in problem["loc"]]
    message = {"extra_forbidden": "unknown key", "missing": "missing key"}.get(problem["type"], problem["msg"])
    is_value = problem["type"] != "missing" and not isinstance(problem["input"], dict)
    shown = f" = {problem['input']!r}" if is_value else ""
    return f"{config}:{_line_of(text, path)}: {'.'.join(path)}{shown}: {message.removeprefix('Value error, ')}"


def _line_of(text: str, path: list[str]) -> int:
    """The line of a key, else of the nearest section above it that is written."""
    lines, found = text.splitlines(), 1
    for key in (part for part in path if not part.isdigit()):
        pattern = re.compile(rf"^\s*(\[[\w.]*\b{re.escape(key)}\b|{re.escape(key)}\s*=)")
        found = next((n for n, line in enumerate(lines[found - 1 :], found) if pattern.match(line)), found)
    return found


def default_as_of(settings: Settings, today: date) -> date:
    """The day a run is stated for: the configured one, else the last week end on or before `today`."""
    if settings.run.as_of:
        return settings.run.as_of
    days_since = (today.weekday() - WEEKDAYS.index(settings.company.week_ends_on)) % 7
    return today - timedelta(days=days_since)


def as_settings(values: dict[str, Any]) -> Settings:
    """Settings from plain values, for tests and generators."""
    return Settings.model_validate(values)


def named(workspace: Workspace, company: str) -> Workspace:
    """The same workspace under another name of its company."""
    settings = workspace.settings
    renamed = settings.company.model_copy(update={"name": company})
    return replace(workspace, settings=settings.model_copy(update={"company": renamed}))
