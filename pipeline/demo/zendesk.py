"""Zendesk's ticket export: the main CSV, and an older part that somebody opened and saved in Excel."""

import polars as pl

from pipeline.demo.company import AGENTS
from pipeline.demo.days import ZONE, end_of_day_minute, local_day, minute_text
from pipeline.demo.ids import account_id, contact_id
from pipeline.demo.view import View
from pipeline.demo.words import words
from pipeline.demo.writers import Dialect, Sheet

HEADER = words(
    "Summation column,Id,Requester,Requester id,Requester external id,Requester email,Requester domain,"
    "Submitter,Assignee,"
    "Group,Subject,Tags,Status,Priority,Via,Ticket type,Created at,Updated at,Assigned at,Organization,Due date,"
    "Initially assigned at,Solved at,Resolution time,Satisfaction Score,Group stations,Assignee stations,"
    "Reopens,Replies,"
    "First reply time in minutes,First reply time in minutes within business hours,First resolution time in minutes,"
    "First resolution time in minutes within business hours,Full resolution time in minutes,"
    "Full resolution time in minutes within business hours,Agent wait time in minutes,"
    "Agent wait time in minutes within business hours,Requester wait time in minutes,"
    "Requester wait time in minutes within business hours,On hold time in minutes,"
    "On hold time in minutes within business hours,Ticket Category [list],Security [flag],Affects Go-Live [flag],"
    "Escalation Level [int],SLA Excluded [flag],RCA sent on [date]",
    ",",
)
TYPES = {
    "Technical": "Incident",
    "Implementation": "Task",
    "Billing": "Question",
    "How-To": "Question",
    "Other": "Question",
}
STYLE = "%Y-%m-%d %H:%M"
EXCEL_STYLE = "%d-%m-%Y %H:%M"
EXCEL_DAYS = 45
DESTROYED = "1.03006E+13"


def organization(view: View, account: int) -> str:
    """How the help desk spells the account: mostly like the CRM."""
    name = view.story.accounts[account].name
    return f"{name.split()[0].rstrip(',')} Group Holding" if account % 37 == 2 else name


def aliases(view: View) -> pl.DataFrame:
    """The spellings that no rule could match, as the workspace's alias file."""
    odd = [a.index for a in view.story.accounts if a.index % 37 == 2 and not a.is_prospect]
    return pl.DataFrame(
        {
            "system": ["zendesk"] * len(odd),
            "external_id": [organization(view, index) for index in odd],
            "account_id": [account_id(index) for index in odd],
        },
        schema=dict.fromkeys(("system", "external_id", "account_id"), pl.String),
    )


def sheets(view: View, tickets: pl.DataFrame) -> tuple[Sheet, Sheet]:
    """The main export and the older tickets as Excel left them."""
    known = tickets.filter(pl.col("created") <= end_of_day_minute(view.cut))
    is_old = local_day("created") < view.story.first_day + EXCEL_DAYS
    main = _rows(view, known.filter(~is_old), STYLE)
    old = _rows(view, known.filter(is_old), EXCEL_STYLE).with_columns(pl.lit(DESTROYED).alias("Requester id"))
    excel = Dialect(encoding="cp1252", line_end="\r\n")
    return Sheet("tickets", main), Sheet("tickets", old, excel)


def _rows(view: View, known: pl.DataFrame, style: str) -> pl.DataFrame:
    until = end_of_day_minute(view.cut)
    solved, answered = pl.col("solved"), pl.col("answered")
    is_solved, is_answered = solved <= until, answered <= until
    waiting = pl.when(pl.col("pending") < 0.22).then(pl.lit("Pending")).otherwise(pl.lit("Open"))
    waiting = pl.when(pl.col("pending") > 0.93).then(pl.lit("Hold")).otherwise(waiting)
    status = pl.when(solved + 4 * 1440 <= until).then(pl.lit("Closed")).when(is_solved).then(pl.lit("Solved"))
    standing = status.when(~is_answered).then(pl.lit("New")).otherwise(waiting)
    csat = pl.col("csat").cast(pl.String).replace({"0": "Offered", "-1": "Not Offered"})
    reply, full = answered - pl.col("created"), solved - pl.col("created")
    updated = pl.min_horizontal(pl.max_horizontal(solved + 3 * 1440, answered), pl.lit(until) - 60)
    frame = known.with_columns(updated=pl.max_horizontal("created", updated), rca=solved + 1600)
    texts = {
        "Summation column": pl.lit("1"),
        "Id": (pl.col("rank") + 100_000).cast(pl.String),
        "Subject": pl.col("subject"),
        "Status": standing,
        "Priority": pl.col("priority"),
        "Via": pl.col("turn").replace_strict(
            {0: "Web form", 1: "Mail", 2: "Chat"}, default="API", return_dtype=pl.String
        ),
        "Ticket type": pl.col("category").replace_strict(TYPES, return_dtype=pl.String),
        "Created at": minute_text("created", style, ZONE),
        "Updated at": minute_text("updated", style, ZONE),
        "Assigned at": minute_text("answered", style, ZONE, until),
        "Initially assigned at": minute_text("answered", style, ZONE, until),
        "Solved at": minute_text("solved", style, ZONE, until),
        "Resolution time": _when(is_solved, full // 60),
        "Satisfaction Score": pl.when(is_solved).then(csat).otherwise(pl.lit("Not Offered")),
        "Group stations": pl.lit("1"),
        "Assignee stations": (1 + pl.col("level").clip(0, 2)).cast(pl.String),
        "Reopens": pl.when(is_solved).then(pl.col("reopens")).otherwise(0).cast(pl.String),
        "Replies": pl.when(is_answered).then(pl.col("replies")).otherwise(0).cast(pl.String),
        "First reply time in minutes": _when(is_answered, reply),
        "First resolution time in minutes": _when(is_solved, full),
        "Full resolution time in minutes": _when(is_solved, full),
        "Requester wait time in minutes": _when(is_solved, full * 3 // 5),
        "Agent wait time in minutes": _when(is_solved, full * 2 // 5),
        "On hold time in minutes": pl.lit("0"),
        "Ticket Category [list]": _category(),
        "Security [flag]": pl.col("is_security").cast(pl.Int8).cast(pl.String),
        "Affects Go-Live [flag]": pl.col("affects_go_live").cast(pl.Int8).cast(pl.String),
        "Escalation Level [int]": pl.when(pl.col("level") > 0)
        .then(pl.col("level").cast(pl.String))
        .otherwise(pl.lit("-")),
        "SLA Excluded [flag]": pl.col("is_sla_excluded").cast(pl.Int8).cast(pl.String),
        "RCA sent on [date]": _rca(until),
    }
    frame = _with_people(view, frame.with_columns(**texts))
    return frame.select(pl.col(n) if n in frame.columns else pl.lit("").alias(n) for n in HEADER)


def _when(known: pl.Expr, minutes: pl.Expr) -> pl.Expr:
    return pl.when(known).then(minutes.cast(pl.String)).otherwise(pl.lit(""))


def _category() -> pl.Expr:
    """The custom list field; a dash where the agent left it empty."""
    return pl.when(pl.col("rank") % 41 == 17).then(pl.lit("-")).otherwise(pl.col("category"))


def _rca(until: int) -> pl.Expr:
    is_due = (pl.col("priority") == "Urgent") & (pl.col("rank") % 5 != 0)
    return pl.when(is_due).then(minute_text("rca", "%Y-%m-%d", ZONE, until)).otherwise(pl.lit("")).replace("", "-")


def _with_people(view: View, frame: pl.DataFrame) -> pl.DataFrame:
    """Requester, organization, agent and tags, row by row."""
    story, merger = view.story, view.story.merger
    columns: dict[str, list[str]] = {name: [] for name in PEOPLE}
    keys = frame.select("account", local_day("created").alias("day"), "requester", "agent", "category", "rank").rows()
    for account, day, requester, agent, category, rank in keys:
        present = [c for c in view.people[account] if c.joined <= day < c.departed] or view.people[account]
        person = present[requester % len(present)]
        moved = account == merger.merged and day >= merger.day
        values = (
            person.name,
            str(38_400_000_000_000 + person.key * 7_919),
            contact_id(person.key) if person.key % 5 < 3 else "",
            person.email,
            story.accounts[account].domain,
            person.name,
            AGENTS[agent].name,
            "Implementation" if category == "Implementation" else "Billing" if category == "Billing" else "Support",
            f"{category.lower().replace('-', '_')} plan_{story.accounts[account].plan.lower()}"
            + (" vip" if rank % 19 == 0 else ""),
            organization(view, merger.survivor if moved else account),
        )
        for name, value in zip(PEOPLE, values, strict=True):
            columns[name].append(value)
    return frame.with_columns(pl.Series(name, values, dtype=pl.String) for name, values in columns.items())


PEOPLE = (
    "Requester", "Requester id", "Requester external id", "Requester email", "Requester domain", "Submitter",
    "Assignee", "Group", "Tags", "Organization",
)  # fmt: skip
