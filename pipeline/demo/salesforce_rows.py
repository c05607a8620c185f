"""Rows of Salesforce's data export: full headers, null references, flags, dates and audit columns."""

import polars as pl

from pipeline.demo.days import NEVER, to_date
from pipeline.demo.ids import NULL_REFERENCE
from pipeline.demo.salesforce_headers import HEADERS
from pipeline.demo.words import words

REFERENCES = set(
    words(
        "MasterRecordId ParentId CampaignId ContactId WhoId WhatId OperatingHoursId ReportsToId RecurrenceActivityId "
        "Pricebook2Id CompanySignedId CustomerSignedId Territory2Id PrimaryPartnerAccountId SyncedQuoteId ContractId "
        "LastAmountChangedHistoryId LastCloseDateChangedHistoryId EmailMessageId UserRoleId ManagerId ActivatedById"
    )
)
FLAGS = set(
    words(
        "IsDeleted IsExcludedFromRealign HasOptedOutOfEmail HasOptedOutOfFax DoNotCall IsPrivate "
        "HasOpportunityLineItem "
        "IsExcludedFromTerritory2Filter IsArchived IsReminderSet IsRecurrence IsAllDayEvent IsChild "
        "IsGroupEvent IsClosed"
    )
)
Row = dict[str, str]


def table(name: str, rows: list[Row]) -> pl.DataFrame:
    """The rows under the export's full header; references that are empty hold the null id, flags hold 0."""
    header = HEADERS[name]
    blank = {c: NULL_REFERENCE if c in REFERENCES else "0" if c in FLAGS else "" for c in header}
    data = {column: [row.get(column, blank[column]) for row in rows] for column in header}
    return pl.DataFrame(data, schema=dict.fromkeys(header, pl.String))


def date_cell(day: int) -> str:
    """A date-only field: midnight, without a zone; empty for NEVER."""
    return "" if day >= NEVER else f"{to_date(day).isoformat()} 00:00:00"


def stamped(day: int, owner: str, hour: int = 14, changed: int | None = None) -> Row:
    """The audit columns of a record."""
    stamp = f"{to_date(day).isoformat()} {hour:02d}:{day % 60:02d}:{day * 7 % 60:02d}"
    later = stamp if changed is None else f"{to_date(max(day, changed)).isoformat()} {hour:02d}:{day % 60:02d}:59"
    return {
        "OwnerId": owner,
        "CreatedDate": stamp,
        "CreatedById": owner,
        "LastModifiedDate": later,
        "LastModifiedById": owner,
        "SystemModstamp": later,
    }
