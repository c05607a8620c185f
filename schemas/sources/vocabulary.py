"""The words a source TOML is written in: which files a tool exports, and how their cells become canonical columns.

Everything here is data. `pipeline.ingest` turns it into one select per file and table.
"""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from schemas.tables import TABLES

Names = Annotated[tuple[str, ...], BeforeValidator(lambda value: (value,) if isinstance(value, str) else value)]
CellType = Literal[
    "text",
    "id",
    "salesforce_id",
    "currency",
    "whole",
    "number",
    "money",
    "boolean",
    "date",
    "instant",
    "list",
    "duration",
]
Unit = Literal["seconds", "minutes", "hours", "days"]


class Words(BaseModel):
    """A section of a source TOML: an unknown key is an error, and nothing changes once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Condition(Words):
    """A test of one cell; what is compared is trimmed and without regard to case."""

    column: Names = Field(description="header, or alternatives of which the first present is used")
    one_of: Names | None = Field(default=None, alias="in", description="the cell is one of these")
    none_of: Names | None = Field(default=None, alias="not_in", description="the cell is none of these")
    empty: bool | None = Field(default=None, description="whether the cell is empty")
    matches: str | None = Field(default=None, description="a regular expression found in the cell")
    unlike: Names | None = Field(default=None, description="the cell differs from that of this header")

    @model_validator(mode="after")
    def tests_something(self) -> "Condition":
        """Exactly one test stands beside the column."""
        if sum(test is not None for test in (self.one_of, self.none_of, self.empty, self.matches, self.unlike)) != 1:
            raise ValueError("needs exactly one of in, not_in, empty, matches, unlike")
        return self


class SetAside(Words):
    """Rows of the export that are no facts: previews, totals, footers. They are kept aside under the rule's name."""

    rule: str
    where: tuple[Condition, ...]
    remedy: str = ""


class Column(Words):
    """How one canonical column is filled; a plain string is short for `{ from = "..." }`."""

    from_: Names = Field(
        default=(), alias="from", description="headers; the first non-empty cell wins; * matches any text"
    )
    named_by: Names = Field(default=(), description="headers such as *_NPS_GROUP, whose * is the header to read")
    constant: str | None = Field(default=None, description="the same value in every row")
    compute: str | None = Field(default=None, description="a named computation over the cells listed in `of`")
    of: tuple[Names, ...] = Field(default=(), description="arguments of `compute`, each a header or alternatives")
    type: CellType | None = Field(default=None, description="how the text is read; follows from the table when absent")
    values: dict[str, str] = Field(default_factory=dict, description="the tool's spelling -> the canonical value")
    nulls: Names = Field(default=(), description="spellings of nothing, besides those of the source")
    default: str | None = Field(default=None, description="the value of an empty cell")
    formats: Names = Field(default=(), description="strptime formats of dates, or epoch_s, epoch_ms; ISO always works")
    zone: str | None = Field(default=None, description="zone of times without one: a name, company, header, questions")
    local_day: bool = Field(
        default=False, description="a date written as a UTC instant; midnight stays the day it says"
    )
    decimal: Literal[".", ","] = Field(default=".", description="the decimal mark of numbers")
    relation: Literal["name", "id"] | None = Field(default=None, description="part of a Notion relation to keep")
    range: Literal["start", "end"] | None = Field(default=None, description="side of a range such as A → B to keep")
    pattern: str | None = Field(default=None, description="regular expression whose first group is kept")
    json_path: str | None = Field(default=None, description="key in a cell that holds JSON, such as plan or plan.name")
    unit: Unit = Field(default="minutes", description="unit of a duration that is written as a bare number")
    times: int | None = Field(default=None, description="factor of a number: 100 for a fraction meant as a percentage")
    day_first: bool | None = Field(
        default=None, description="order of dates such as 03/04/2026 where the whole column does not decide it"
    )
    separator: str | None = Field(default=None, description="what separates the values of a list cell")
    when: tuple[Condition, ...] = Field(default=(), description="rows that are filled this way; others by `otherwise`")
    otherwise: "ColumnSpec | None" = Field(default=None, description="how to fill the column where this gives nothing")

    @field_validator("of", mode="before")
    @classmethod
    def arguments(cls, value: Any) -> Any:
        """Each argument is a header, or a list of alternatives."""
        return tuple((one,) if isinstance(one, str) else tuple(one) for one in value)


def _as_column(value: Any) -> Any:
    return {"from": value} if isinstance(value, str | list) else value


ColumnSpec = Annotated[Column, BeforeValidator(_as_column)]


class TableMap(Words):
    """What one canonical table takes from the file."""

    table: str
    where: tuple[Condition, ...] = Field(default=(), description="the rows meant; all conditions hold")
    set_aside: tuple[SetAside, ...] = ()
    deleted: tuple[Condition, ...] = Field(default=(), description="rows that the tool deleted; all conditions hold")
    is_full: bool = Field(default=False, description="each export holds every record: one that is absent was deleted")
    slice: Literal["event_day", "upload"] = Field(
        default="upload",
        description="usage events: event_day = the newest file's day stands; upload = files of a day are united by id",
    )
    account: str | None = Field(default=None, description="how account_id is read: a system, name or domain")
    updated_at: ColumnSpec | None = Field(default=None, description="settles two rows of one key: the later stands")
    columns: dict[str, ColumnSpec] = Field(default_factory=dict)

    @model_validator(mode="after")
    def fits_the_contract(self) -> "TableMap":
        """The table exists and has the columns that are filled."""
        if self.table not in TABLES:
            raise ValueError(f"unknown table {self.table}; known: {', '.join(TABLES)}")
        strangers = self.columns.keys() - TABLES[self.table].columns.keys()
        if strangers:
            raise ValueError(f"{self.table} has no column {', '.join(sorted(strangers))}")
        return self


class NameDate(Words):
    """Where a file's name says when it was exported, other than as YYYY-MM-DD."""

    pattern: str = Field(description="regular expression whose first group is the date")
    format: str = Field(description="its strptime format, or epoch_ms")


def _at_least_one(value: int) -> int:
    if value < 1:
        raise ValueError("is at least 1")
    return value


Confidence = Literal["confirmed", "unconfirmed"]


class FileMap(Words):
    """One kind of file that the tool exports."""

    name: str
    confidence: Confidence = Field(default="confirmed", description="unconfirmed: the real header was never seen")
    notes: Names = Field(default=(), description="what a person should know, printed on the source's page")
    identified_by: Names = Field(default=(), description="headers that only this export has together")
    header_rows: Annotated[int, AfterValidator(_at_least_one)] = 1
    joined_header: bool = Field(
        default=False,
        description="names are `question / choice` of the first two header rows, blanks continue a question",
    )
    drop: Names = Field(default=(), description="personal columns that never reach the archive")
    hash: Names = Field(default=(), description="personal columns kept as a hash only, in the archive too")
    footer: Names = Field(default=(), description="regular expressions of lines that are no rows")
    ignored: Names = Field(default=(), description="headers that are known and not loaded")
    extracted: NameDate | None = None
    table: tuple[TableMap, ...] = ()


class Views(Words):
    """Files that show the same records twice: of those whose name gives the same first group, one view is read."""

    pattern: str
    prefer: str = Field(description="regular expression of the name to read")


class Source(Words):
    """One tool."""

    system: str = Field(pattern="^[a-z][a-z0-9_]*$")
    title: str
    docs: Names = Field(default=(), description="addresses of the vendor's pages about the export")
    notes: Names = Field(default=(), description="what a person should know, printed on the source's page")
    zone: str = "company"
    nulls: Names = ()
    day_first: bool | None = Field(
        default=None, description="order of its numeric dates where a column does not decide"
    )
    aliases: dict[str, Names] = Field(
        default_factory=dict, description="header -> its other spellings: internal names, other languages"
    )
    views: Views | None = None
    file: tuple[FileMap, ...] = ()
