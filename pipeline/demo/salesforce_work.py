"""Salesforce's data export: Opportunity, OpportunityHistory, Task and Event."""

import polars as pl

from pipeline.demo.company import SELLERS, fiscal
from pipeline.demo.days import NEVER, end_of_day_minute, minute_text, to_date
from pipeline.demo.ids import (
    NULL_REFERENCE,
    account_id,
    contact_id,
    contract_id,
    opportunity_id,
    salesforce_id,
    user_id,
)
from pipeline.demo.opportunities import FORECAST, PROBABILITY, STAGES, Opportunity, history, standing
from pipeline.demo.people import Contact
from pipeline.demo.projects import Task
from pipeline.demo.salesforce_rows import Row, date_cell, stamped, table
from pipeline.demo.view import View

EVENT_TYPES = ("Meeting", "Call", "QBR", "Webinar", "Training")


def opportunities(view: View, known: list[Opportunity]) -> pl.DataFrame:
    """Opportunity.csv as of the view's day; a few stage cells carry a trailing space."""
    return table("Opportunity", [_opportunity(view, o) for o in known if o.created <= view.cut])


def _opportunity(view: View, opportunity: Opportunity) -> Row:
    account = view.story.accounts[opportunity.account]
    now = standing(opportunity, view.cut)
    is_closed = now.stage.startswith("Closed")
    owner = user_id(SELLERS[account.seller].key)
    year, quarter = fiscal(now.close)
    spoiled = (opportunity.account * 31 + opportunity.number) % 83 == 7
    contract = opportunity.contract if is_closed or opportunity.renews else None
    return {
        "Id": opportunity_id(opportunity.account, opportunity.number),
        "AccountId": account_id(opportunity.account),
        "Name": f"{account.name} - {opportunity.title}",
        "StageName": now.stage + (" " if spoiled else ""),
        "StageSortOrder": str([*STAGES, "Closed Won", "Closed Lost"].index(now.stage) + 1),
        "Amount": f"{now.amount}.00",
        "Probability": str(PROBABILITY[now.stage]),
        "ExpectedRevenue": f"{now.amount * PROBABILITY[now.stage] / 100:.2f}",
        "CloseDate": date_cell(now.close),
        "Type": opportunity.kind,
        "NextStep": "" if is_closed else "Send proposal" if now.stage == "Qualification" else "Call with sponsor",
        "LeadSource": ("Web", "Referral", "Event")[opportunity.account % 3],
        "IsClosed": "1" if is_closed else "0",
        "IsWon": "1" if now.stage == "Closed Won" else "0",
        "ForecastCategory": FORECAST[now.stage].replace(" ", ""),
        "ForecastCategoryName": FORECAST[now.stage],
        "CurrencyIsoCode": account.currency,
        "LastStageChangeDate": f"{to_date(now.day).isoformat()} 15:02:11",
        "FiscalYear": str(year),
        "FiscalQuarter": str(quarter),
        "ContractId": NULL_REFERENCE if contract is None else contract_id(opportunity.account, contract),
    } | stamped(opportunity.created, owner, changed=now.day)


def opportunity_history(view: View, known: list[Opportunity]) -> pl.DataFrame:
    """OpportunityHistory.csv: one row per change up to the day; amounts before it are blank in the oldest years."""
    rows: list[Row] = []
    for opportunity in known:
        account = view.story.accounts[opportunity.account]
        before = None
        for place, step in enumerate(history(opportunity)):
            if step.day > view.cut:
                break
            stamp = f"{to_date(step.day).isoformat()} 15:02:1{place % 10}"
            is_old = to_date(step.day).year < 2021
            rows.append(
                {
                    "Id": salesforce_id("008", (opportunity.account * 512 + opportunity.number) * 8 + place + 1),
                    "OpportunityId": opportunity_id(opportunity.account, opportunity.number),
                    "CreatedById": user_id(SELLERS[account.seller].key),
                    "CreatedDate": stamp,
                    "StageName": step.stage,
                    "Amount": f"{step.amount}.00",
                    "ExpectedRevenue": f"{step.amount * PROBABILITY[step.stage] / 100:.2f}",
                    "CloseDate": date_cell(step.close),
                    "Probability": str(PROBABILITY[step.stage]),
                    "FromForecastCategory": "" if before is None else FORECAST[before.stage].replace(" ", ""),
                    "ForecastCategory": FORECAST[step.stage].replace(" ", ""),
                    "FromOpportunityStageName": "" if before is None else before.stage,
                    "CurrencyIsoCode": account.currency,
                    "SystemModstamp": stamp,
                    "PrevAmount": "" if is_old or before is None else f"{before.amount}.00",
                    "PrevCloseDate": "" if before is None else date_cell(before.close),
                }
            )
            before = step
    return table("OpportunityHistory", rows)


def _people(view: View, account: int, day: int) -> list[Contact]:
    return [c for c in view.people[account] if c.joined <= day < c.departed] or view.people[account][:1]


def _activity(view: View, row: dict[str, object], prefix: str) -> Row:
    """The columns that tasks and events share."""
    account, day, rank = int(str(row["account"])), int(str(row["day"])), int(str(row["rank"]))
    present = _people(view, account, day)
    who = present[int(str(row["contact"])) % len(present)]
    account_row = view.story.accounts[account]
    owner = user_id(view.story.csm(account, day).key)
    return {
        "Id": salesforce_id(prefix, rank + 1),
        "WhoId": contact_id(who.key),
        "WhatId": account_id(account),
        "AccountId": account_id(account),
        "WhoCount": "1",
        "WhatCount": "1",
        "Subject": str(row["subject"]),
        "ActivityDate": date_cell(day),
        "Description": _notes(str(row["sentiment"]), rank),
        "CurrencyIsoCode": "000" if rank % 97 == 11 else account_row.currency,
        "Type": str(row["type"]),
        "Direction__c": "Proactive" if row["is_proactive"] else "Reactive",
        "Follow_Up_On__c": date_cell(int(str(row["follow_up"])) or NEVER),
        "Sentiment__c": str(row["sentiment"]),
    } | stamped(day, owner, 20)


def _notes(sentiment: str, rank: int) -> str:
    if rank % 23 == 4:
        return "Went through open points.\nThey will send the count results.\nNext call is set."
    return {"Positive": "Good talk, they are happy with the counts.", "Negative": "Upset about repeated errors."}.get(
        sentiment, ""
    )


def _up_to(view: View, activities: pl.DataFrame, types: tuple[str, ...], inside: bool) -> list[dict[str, object]]:
    chosen = pl.col("type").is_in(types)
    frame = activities.filter((pl.col("minute") <= end_of_day_minute(view.cut)) & (chosen if inside else ~chosen))
    return frame.with_columns(stamp=minute_text("minute", "%Y-%m-%d %H:%M:%S")).to_dicts()


def events(view: View, activities: pl.DataFrame) -> pl.DataFrame:
    """Event.csv: meetings, calls, reviews, webinars and trainings that have taken place."""
    rows: list[Row] = []
    for row in _up_to(view, activities, EVENT_TYPES, inside=True):
        length = {"QBR": "90", "Webinar": "60", "Call": "30"}.get(str(row["type"]), "45")
        said = "" if int(str(row["rank"])) % 31 == 8 and row["type"] != "QBR" else str(row["attended"])
        rows.append(
            _activity(view, row, "00U")
            | {
                "ActivityDateTime": str(row["stamp"]),
                "DurationInMinutes": length,
                "ShowAs": "Busy",
                "Was_Attended__c": said,
            }
            | ({"Location": "Video call"} if row["type"] != "Webinar" else {"IsGroupEvent": "1"})
        )
    return table("Event", rows)


def tasks(view: View, activities: pl.DataFrame, to_dos: list[Task]) -> pl.DataFrame:
    """Task.csv: emails, messages and escalations as completed tasks, then the to-dos of sales."""
    rows: list[Row] = []
    for row in _up_to(view, activities, EVENT_TYPES, inside=False):
        rows.append(
            _activity(view, row, "00T")
            | {"Status": "Completed", "Priority": "Normal", "IsClosed": "1", "CompletedDateTime": str(row["stamp"]),
               "ActivityOriginType": "Email" if row["type"] == "Email" else "", "Was_Attended__c": ""}
        )  # fmt: skip
    rows.extend(_to_do(view, task) for task in to_dos if task.created <= view.cut)
    return table("Task", rows)


def _to_do(view: View, task: Task) -> Row:
    is_done = task.completed <= view.cut
    owner = user_id(view.story.csm(task.account, task.created).key)
    account = view.story.accounts[task.account]
    started = task.created + 3 <= view.cut
    return {
        "Id": salesforce_id("00T", 400_000_000 + task.account * 256 + task.number),
        "WhatId": account_id(task.account),
        "AccountId": account_id(task.account),
        "WhatCount": "1",
        "Subject": task.title,
        "ActivityDate": date_cell(task.due),
        "Status": "Completed" if is_done else "In Progress" if started else "Not Started",
        "Priority": ("High", "High", "Normal", "Low")[task.priority],
        "Type": "To-Do",
        "CurrencyIsoCode": account.currency,
        "IsClosed": "1" if is_done else "0",
        "CompletedDateTime": f"{to_date(task.completed).isoformat()} 18:00:00" if is_done else "",
    } | stamped(task.created, owner, changed=task.completed if is_done else None)
