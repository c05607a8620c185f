"""Lifelike damage: rows added to good files, each marked with the reason for which a strict reader sets it aside."""

import polars as pl

from pipeline.demo.ids import ORPHAN_BASE, salesforce_id, token
from pipeline.demo.writers import Sheet

GHOST = salesforce_id("001", ORPHAN_BASE)
Change = dict[str, str]
Spoiled = tuple[str, str, float, Change]


def spoiled(sheet: Sheet, name: str) -> Sheet:
    """The sheet with the damage of its kind; sheets that are too short to hide it stay clean."""
    recipe = RECIPES.get(name, [])
    frame = sheet.frame
    marked = frame.with_columns(
        pl.lit("").alias("_reason"), pl.lit("").alias("_value"), pl.int_range(pl.len()).cast(pl.Float64).alias("_at")
    )
    extras = [_extra(frame, number, spoil) for number, spoil in enumerate(recipe[: frame.height // 50])]
    made = pl.concat([marked, *extras]).sort("_at", maintain_order=True).drop("_at")
    return Sheet(sheet.table, made, sheet.dialect, sheet.header)


def _extra(frame: pl.DataFrame, number: int, spoil: Spoiled) -> pl.DataFrame:
    """A copy of a row from the given part of the file, changed, right behind the one it was copied from."""
    reason, value, part, change = spoil
    at = min(frame.height - 1, int(frame.height * part))
    row = frame.slice(at, 1)
    if "*" in change:
        row = row.with_columns(pl.lit("").alias(c) for c in row.columns)
    row = row.with_columns(pl.lit(v).alias(c) for c, v in change.items() if c in frame.columns)
    place = frame.height + number if part >= 1 else at + 0.5
    return row.with_columns(
        pl.lit(reason).alias("_reason"), pl.lit(value).alias("_value"), pl.lit(float(place)).alias("_at")
    )


def _new(prefix: str, number: int) -> str:
    return salesforce_id(prefix, ORPHAN_BASE + number)


RECIPES: dict[str, list[Spoiled]] = {
    "Account.csv": [
        ("missing_required", "", 0.31, {"Id": _new("001", 11), "Name": "", "IsDeleted": "0", "Product_Tenant_Id__c": "",
                                        "Stripe_Customer_Id__c": "", "Zendesk_Organization__c": "", "Website": ""}),
        ("duplicate", "", 0.52, {}),
        ("deleted", "1", 0.71, {"Id": _new("001", 12), "Name": "TEST please delete", "IsDeleted": "1", "Website": "",
                                "MasterRecordId": "000000000000000AAA", "Product_Tenant_Id__c": "",
                                "Stripe_Customer_Id__c": "", "Zendesk_Organization__c": ""}),
    ],
    "Contact.csv": [
        ("orphan", GHOST, 0.12, {"Id": _new("003", 21), "AccountId": GHOST}),
        ("duplicate", "", 0.35, {}),
        ("unreadable", "2026-02-30 00:00:00", 0.55, {"Id": _new("003", 22), "Joined_On__c": "2026-02-30 00:00:00"}),
        ("deleted", "1", 0.74, {"Id": _new("003", 23), "IsDeleted": "1"}),
        ("orphan", GHOST, 0.88, {"Id": _new("003", 24), "AccountId": GHOST}),
    ],
    "Contract.csv": [
        ("unreadable", "TBD", 0.22, {"Id": _new("800", 31), "StartDate": "TBD"}),
        ("unknown_value", "Parked", 0.47, {"Id": _new("800", 32), "Status": "Parked"}),
        ("duplicate", "", 0.63, {}),
        ("orphan", GHOST, 0.82, {"Id": _new("800", 33), "AccountId": GHOST}),
    ],
    "Opportunity.csv": [
        ("unreadable", "31/31/2026", 0.25, {"Id": _new("006", 41), "CloseDate": "31/31/2026"}),
        ("orphan", GHOST, 0.6, {"Id": _new("006", 42), "AccountId": GHOST}),
        ("deleted", "1", 0.8, {"Id": _new("006", 43), "IsDeleted": "1"}),
    ],
    "Task.csv": [
        ("orphan", GHOST, 0.3, {"Id": _new("00T", 51), "AccountId": GHOST, "WhatId": GHOST}),
        ("duplicate", "", 0.5, {}),
        ("deleted", "1", 0.7, {"Id": _new("00T", 52), "IsDeleted": "1"}),
    ],
    "Event.csv": [
        ("unreadable", "soon", 0.2, {"Id": _new("00U", 61), "ActivityDateTime": "soon", "ActivityDate": "soon"}),
        ("duplicate", "", 0.4, {}),
        ("duplicate", "", 0.6, {}),
        ("unknown_value", "Ecstatic", 0.8, {"Id": _new("00U", 62), "Sentiment__c": "Ecstatic"}),
    ],
    "tickets": [
        ("unreadable", "n/a yet", 0.11, {"Id": "900001", "Created at": "n/a yet"}),
        ("duplicate", "", 0.2, {}),
        ("orphan", "Walk-in visitor", 0.31, {"Id": "900002", "Organization": "Walk-in visitor",
                                             "Requester external id": "",
                                             "Requester email": "visitor@elsewhere.example",
                                             "Requester domain": "elsewhere.example"}),
        ("unknown_value", "Parked", 0.4, {"Id": "900003", "Status": "Parked"}),
        ("destroyed_id", "1.03006E+13", 0.5, {"Id": "1.03006E+13"}),
        ("out_of_range", "9", 0.58, {"Id": "900004", "Status": "Closed", "Satisfaction Score": "9"}),
        ("missing_required", "", 0.66, {"Id": "900005", "Created at": ""}),
        ("duplicate", "", 0.74, {}),
        ("unreadable", "2026-13-45 10:00", 0.82, {"Id": "900006", "Created at": "2026-13-45 10:00"}),
        ("superseded", "", 0.9, {"Status": "Open", "Updated at": "2023-11-02 09:00", "Solved at": "",
                                 "Resolution time": "",
                                 "Satisfaction Score": "Not Offered"}),
        ("total_row", "Total", 1.0, {"*": "", "Summation column": "Total"}),
    ],
    "tickets (Excel)": [("shifted", "Internal,Communication", 0.5, {"Id": "900011", "Via": "Internal,Communication"})],
    "qualtrics": [
        ("survey_preview", "Survey Preview", 0.1, {"ResponseId": "R_preview00000001", "Status": "Survey Preview"}),
        ("unfinished", "False", 0.3, {"ResponseId": "R_unfinished00001", "Finished": "False", "Progress": "60"}),
        ("out_of_range", "11", 0.5, {"ResponseId": "R_outofrange00001", "Q1": "11"}),
        ("duplicate", "", 0.6, {}),
        ("orphan", GHOST, 0.7, {"ResponseId": "R_orphan000000001", "Account_Id": GHOST}),
        ("unfinished", "False", 0.8, {"ResponseId": "R_unfinished00002", "Finished": "False", "Progress": "41",
                                      "Q1": "",
                                      "Q1_NPS_GROUP": "", "Q2": "", "Q3": ""}),
        ("unreadable", "00/00/2026", 0.9, {"ResponseId": "R_unreadable00001", "StartDate": "00/00/2026",
                                           "EndDate": "00/00/2026", "RecordedDate": "00/00/2026"}),
    ],
    "qualtrics (DACH)": [("survey_preview", "1", 0.5, {"ResponseId": "R_preview00000002", "Status": "1"})],
    "subscriptions.csv": [
        ("orphan", "cus_9ghost", 0.4, {"id": "sub_1" + token("ghost", 1, length=23), "Customer ID": "cus_9ghost",
                                       "Customer Name": "Ghost Imports", "Customer Email": "pay@ghost.example",
                                       "salesforce_account (metadata)": ""}),
        ("duplicate", "", 0.7, {}),
    ],
    "invoices.csv": [
        ("orphan", "cus_9ghost", 0.15, {"id": "in_1" + token("ghost", 2, length=23), "Customer": "cus_9ghost",
                                        "Customer Name": "Ghost Imports"}),
        ("unknown_value", "in_dispute", 0.35, {"id": "in_1" + token("ghost", 3, length=23), "Status": "in_dispute"}),
        ("unreadable", "next week", 0.55, {"id": "in_1" + token("ghost", 4, length=23), "Due Date (UTC)": "next week"}),
        ("duplicate", "", 0.75, {}),
        ("total_row", "Total", 1.0, {"*": "", "id": "Total"}),
    ],
    "Risk Registry": [("unknown_value", "parked", 0.5, {"ID": "RISK-900001", "Status": "parked"})],
    "Action Items": [
        ("unreadable", "TBD", 0.3, {"ID": "ACT-900001", "Due Date": "TBD"}),
        ("blank_row", "", 0.6, {"*": ""}),
    ],
    "Milestones": [("blank_row", "", 0.4, {"*": ""})],
    "signals": [("unknown_value", "bad_vibes", 0.5, {"signal_id": "S-900001", "kind": "bad_vibes"})],
    "goals": [("orphan", GHOST, 0.5, {"goal_id": "G-900001", "account_id": GHOST})],
    "usage_daily": [
        ("unreadable", "2026-02-30", 0.2, {"date": "2026-02-30"}),
        ("unreadable", "many", 0.3, {"date": "2024-01-02", "active_users": "many"}),
        ("orphan", "tw-ghost01", 0.5, {"tenant_id": "tw-ghost01"}),
        ("orphan", "tw-ghost01", 0.6, {"tenant_id": "tw-ghost01"}),
        ("duplicate", "", 0.7, {}),
        ("duplicate", "", 0.9, {}),
    ],
}  # fmt: skip
