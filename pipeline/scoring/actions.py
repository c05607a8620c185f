"""Actions: what each play asks of whom by when, what became of it, and how often plays work."""

from collections.abc import Mapping
from datetime import timedelta

import polars as pl

from pipeline.book import Book
from pipeline.policy import PlaybooksPolicy
from pipeline.policy.playbooks import Play, PlayAction
from pipeline.scoring.alerts import hashed, week_of
from pipeline.workspace import Settings

ACTIONS = {
    "action_id": pl.String,
    "account_id": pl.String,
    "play": pl.String,
    "title": pl.String,
    "owner_role": pl.String,
    "owner": pl.String,
    "due_on": pl.Date,
    "status": pl.String,
    "driver": pl.String,
    "driver_value": pl.Float64,
    "started_on": pl.Date,
    "completed_on": pl.Date,
    "progress_pct": pl.Float64,
    "outcome": pl.String,
    "done_when": pl.String,
    "target": pl.String,
    "target_on": pl.Date,
    "task_id": pl.String,
    "task_match": pl.String,
}
KEPT_DAYS = 90
AHEAD_DAYS = 30
ACCOUNT_ROLES = ("csm", "csm_manager", "account_executive", "technical_lead")
FALLBACKS = {"csm_manager": "cs_manager", "technical_lead": "vp_engineering"}
PROGRESS = {"done": 100.0, "in_progress": 50.0, "open": 0.0, "dropped": 0.0}


def outcomes(starts: pl.DataFrame, policy: PlaybooksPolicy, book: Book) -> pl.DataFrame:
    """The starts with `target_on` and `outcome`: open, worked, did_not_work or moot.

    Worked is a better standing by the target date; worse, the same, churned or too late did not work. A customer who
    left the book another way, or who was never asked again, makes it moot.
    """
    days = {name: play.target_days for name, play in policy.plays.items()}
    churned = book.accounts.filter(pl.col("churned_on").is_not_null()).select("account_id", is_churned=pl.lit(True))
    target_on = pl.col("started_on") + pl.duration(days=pl.col("play").replace_strict(days, return_dtype=pl.Int64))
    rows = starts.with_columns(target_on=target_on).join(churned, on="account_id", how="left", maintain_order="left")
    in_time = pl.col("left_on") <= pl.col("target_on")
    is_over = pl.col("target_on") < book.as_of
    is_survey = pl.col("driver") == "nps_mean_score"
    outcome = (
        pl.when(pl.col("ended").is_in(["better", "resolved"]) & in_time)
        .then(pl.lit("worked"))
        .when(pl.col("ended").is_in(["better", "worse", "same", "resolved"]))
        .then(pl.lit("did_not_work"))
        .when((pl.col("ended") == "gone") & pl.col("is_churned").fill_null(False))
        .then(pl.lit("did_not_work"))
        .when((pl.col("ended") == "gone") | (is_over & is_survey.fill_null(False)))
        .then(pl.lit("moot"))
        .when(is_over)
        .then(pl.lit("did_not_work"))
        .otherwise(pl.lit("open"))
    )
    return rows.with_columns(outcome=outcome).drop("is_churned")


def success(plays: pl.DataFrame) -> pl.DataFrame:
    """One row per play: how often it began, how it ended, and the share that worked of those that are decided."""
    counts = [
        (pl.col("outcome") == name).sum().alias(f"{name}_count") for name in ("open", "worked", "did_not_work", "moot")
    ]
    decided = pl.col("worked_count") + pl.col("did_not_work_count")
    return (
        plays.group_by("play")
        .agg(pl.len().alias("started_count"), *counts)
        .with_columns(success_pct=pl.when(decided > 0).then((100.0 * pl.col("worked_count") / decided).round(6)))
        .sort("play")
    )


def actions(plays: pl.DataFrame, book: Book, policy: PlaybooksPolicy, settings: Settings) -> pl.DataFrame:
    """One row per action of a play that is open, or that ended within 90 days; ids stay the same until it ends.

    The first action of a risk play is the one its driver asks for. Progress comes from the tasks it is matched to.
    """
    recent = plays.filter(
        (pl.col("outcome") == "open") | (pl.col("left_on") > book.as_of - timedelta(days=KEPT_DAYS)),
        pl.col("started_on") > book.as_of - timedelta(days=365),
    )
    rows = [_of_play(recent.filter(play=name), name, play, policy) for name, play in policy.plays.items()]
    rows += [_renewals(book, name, play) for name, play in policy.plays.items() if play.trigger == "renewal"]
    wanted = pl.concat([one for one in rows if one.height] or [pl.DataFrame(schema=WANTED)])
    return _matched(_owned(_identified(wanted, settings), book, settings.people), book)


WANTED = {
    "account_id": pl.String,
    "play": pl.String,
    "subject": pl.String,
    "key": pl.String,
    "title": pl.String,
    "owner_role": pl.String,
    "done_when": pl.String,
    "started_on": pl.Date,
    "due_on": pl.Date,
    "driver": pl.String,
    "driver_value": pl.Float64,
    "target": pl.String,
    "target_on": pl.Date,
    "lapses_on": pl.Date,
    "outcome": pl.String,
}


def _of_play(plays: pl.DataFrame, name: str, play: Play, policy: PlaybooksPolicy) -> pl.DataFrame:
    if play.trigger == "renewal" or not plays.height:
        return pl.DataFrame(schema=WANTED)
    own = [_wanted(plays, play, action) for action in play.actions]
    if play.trigger == "churn_risk":
        own.insert(0, _by_driver(plays, play, policy))
    return pl.concat(own)


def _wanted(plays: pl.DataFrame, play: Play, action: PlayAction) -> pl.DataFrame:
    hours = play.due_hours if action.due_hours is None else action.due_hours
    due_on = pl.col("started_on") + timedelta(days=-(-hours // 24))
    return plays.select(
        "account_id",
        "play",
        "subject",
        key=pl.lit(action.key),
        title=pl.lit(action.title),
        owner_role=pl.lit(action.owner),
        done_when=pl.lit(action.done),
        started_on="started_on",
        due_on=due_on,
        driver="driver",
        driver_value="driver_value",
        target=pl.lit(play.target),
        target_on="target_on",
        lapses_on=pl.lit(None, pl.Date) if play.lapse_days is None else due_on + timedelta(days=play.lapse_days),
        outcome="outcome",
    )


def _by_driver(plays: pl.DataFrame, play: Play, policy: PlaybooksPolicy) -> pl.DataFrame:
    """The first action: what the driver of the risk asks for; none where no driver is known."""
    words = pl.DataFrame(
        [
            {"driver": name, "d_title": driver.title, "d_owner": driver.owner, "d_done": driver.done}
            for name, driver in policy.drivers.items()
        ]
    )
    first = PlayAction(key="driver", title="", owner="", done="")
    rows = _wanted(plays.filter(pl.col("driver").is_in(list(policy.drivers))), play, first)
    return (
        rows.join(words, on="driver", how="left", maintain_order="left")
        .with_columns(key=pl.format("driver {}", "driver"), title="d_title", owner_role="d_owner", done_when="d_done")
        .select(list(WANTED))
    )


def _renewals(book: Book, name: str, play: Play) -> pl.DataFrame:
    """The milestones of renewals without a successor that are due, or will be within a month."""
    if not book.contracts.height:
        return pl.DataFrame(schema=WANTED)
    due = book.contracts.filter(
        (pl.col("is_in_force") | pl.col("is_past_due")) & ~pl.col("has_signed_successor"),
        pl.col("renewal_on").is_not_null(),
    ).join(book.accounts.select("account_id", "segment"), on="account_id")
    rows = []
    for action in play.actions:
        days = timedelta(days=action.days_before or 0)
        due_on = pl.col("renewal_on") - days
        mine = due.filter(due_on <= book.as_of + timedelta(days=AHEAD_DAYS))
        if action.segments:
            mine = mine.filter(pl.col("segment").is_in(action.segments))
        rows.append(
            mine.select(
                "account_id",
                play=pl.lit(name),
                subject="contract_id",
                key=pl.lit(action.key),
                title=pl.lit(action.title),
                owner_role=pl.lit(action.owner),
                done_when=pl.lit(action.done),
                started_on=due_on,
                due_on=due_on,
                driver=pl.lit("renewal_on"),
                driver_value=(pl.col("renewal_on") - book.as_of).dt.total_days().cast(pl.Float64),
                target=pl.lit(play.target),
                target_on="renewal_on",
                lapses_on=pl.lit(None, pl.Date),
                outcome=pl.lit("open"),
            )
        )
    return pl.concat(rows)


def _identified(wanted: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """`action_id`: a hash of account, play, subject, action and the calendar week in which the play began."""
    ids = hashed(wanted, "account_id", "play", "subject", "key", week_of("started_on", settings))
    return wanted.with_columns(action_id=ids).unique("action_id", keep="first", maintain_order=True)


def _owned(wanted: pl.DataFrame, book: Book, people: Mapping[str, str]) -> pl.DataFrame:
    """`owner`: the account's own person for the role, else the company's; null where nobody is named."""
    roles = [role for role in ACCOUNT_ROLES if role in book.accounts.columns]
    rows = wanted.join(book.accounts.select("account_id", *roles), on="account_id", how="left", maintain_order="left")
    owner = pl.lit(None, pl.String)
    for role in sorted(set(wanted["owner_role"])):
        person = pl.lit(people.get(FALLBACKS.get(role, role)), pl.String)
        own = pl.coalesce(pl.col(role), person) if role in roles else person
        owner = pl.when(pl.col("owner_role") == role).then(own).otherwise(owner)
    return rows.with_columns(owner=owner).drop(roles)


def _matched(wanted: pl.DataFrame, book: Book) -> pl.DataFrame:
    """Status, dates and progress from the task with the action's id, else of the same account and title (probable)."""
    tasks = _tasks(book)
    by_id = tasks.drop_nulls("action_id").unique("action_id", keep="last", maintain_order=True)
    by_title = tasks.filter(pl.col("action_id").is_null()).unique(
        ["account_id", "plain_title"], keep="last", maintain_order=True
    )
    rows = wanted.join(by_id.drop("account_id", "plain_title"), on="action_id", how="left", maintain_order="left")
    rows = rows.with_columns(plain_title=_plain("title")).join(
        by_title.drop("action_id"), on=["account_id", "plain_title"], how="left", suffix=".title", maintain_order="left"
    )
    is_probable = (
        pl.col("task_id").is_null()
        & pl.col("task_id.title").is_not_null()
        & (pl.col("created_on.title").is_null() | (pl.col("created_on.title") >= pl.col("started_on")))
    )
    # At once: what is probable shows by the columns as they are before they are filled in.
    rows = rows.with_columns(
        *(
            pl.when(is_probable).then(f"{name}.title").otherwise(name).alias(name)
            for name in ("task_id", "task_status", "task_completed_on")
        ),
        task_match=pl.when(is_probable)
        .then(pl.lit("probable"))
        .when(pl.col("task_id").is_not_null())
        .then(pl.lit("id")),
    )
    done = pl.col("task_status") == "completed"
    status = (
        pl.when(done)
        .then(pl.lit("done"))
        .when(pl.col("outcome") != "open")
        .then(pl.lit("dropped"))
        .when(pl.col("task_status").is_in(["in_progress", "blocked"]))
        .then(pl.lit("in_progress"))
        .when(pl.col("lapses_on") < book.as_of)
        .then(pl.lit("dropped"))
        .otherwise(pl.lit("open"))
    )
    return (
        rows.with_columns(status=status, completed_on=pl.when(done).then("task_completed_on"))
        .with_columns(progress_pct=pl.col("status").replace_strict(PROGRESS, return_dtype=pl.Float64))
        .select(pl.col(name).cast(dtype) for name, dtype in ACTIONS.items())
        .sort("due_on", "account_id", "play", "action_id")
    )


def _tasks(book: Book) -> pl.DataFrame:
    schema = {
        "account_id": pl.String,
        "action_id": pl.String,
        "plain_title": pl.String,
        "task_id": pl.String,
        "task_status": pl.String,
        "task_completed_on": pl.Date,
        "created_on": pl.Date,
    }
    if not book.tasks.height:
        return pl.DataFrame(schema=schema)
    return book.tasks.select(
        "account_id",
        "action_id",
        plain_title=_plain("title"),
        task_id="task_id",
        task_status="status",
        task_completed_on="completed_on",
        created_on="created_on",
    )


def _plain(column: str) -> pl.Expr:
    """A title for comparison: lower case, letters and digits only."""
    return pl.col(column).str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]+", " ").str.strip_chars()
