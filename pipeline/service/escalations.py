"""Escalations: how high each open ticket must climb, why, who is told, and when the customer hears from us next."""

import polars as pl

from pipeline.book import Book
from pipeline.policy import EscalationsPolicy
from pipeline.service.calendars import end_of_day
from pipeline.service.telling import told

HOUR = pl.duration(hours=1)
PRIORITIES = ("p0", "p1", "p2", "p3")
LIVE = ("running", "breached")
INTENTS = ("unlikely", "decided_to_leave")
ESCALATIONS = (
    "ticket_id",
    "account_id",
    "severity",
    "level_now",
    "level_due",
    "told",
    "next_update_at",
    "rca_due_at",
    "subject",
    "category",
    "status",
    "priority",
    "tier",
    "arr",
    "created_at",
    "responded_at",
    "workaround_at",
    "age_hours",
    "used_pct",
    "clock",
    "due_at",
    "reasons",
    "issue_id",
    "is_credit_due",
    "is_security",
    "affects_go_live",
    "assignee",
    "record_url",
)


def escalations(
    book: Book, clocks: pl.DataFrame, hit: pl.DataFrame, policy: EscalationsPolicy, people: dict[str, str]
) -> pl.DataFrame:
    """One row per open ticket with a level, now or due. (infra 3.2, 9.1, 9.2; playbook 6.2)

    `level_due` is the highest that any row of the policy asks for; `reasons` says which did. `next_update_at` is the
    next multiple of the severity's interval since the ticket was created. `rca_due_at` is 24 hours after a ticket
    became P0, while it is open.
    """
    now = pl.from_epoch(pl.lit(end_of_day(book.as_of, book.company.time_zone)), "s").cast(pl.Datetime("us"))
    rows = _open(book, clocks, hit, policy).with_columns(now=now.dt.replace_time_zone("UTC"))
    rows = _severe(rows, policy).with_columns(age=pl.col("now") - pl.col("created_at"))
    rules = _rules(policy)
    levels = [pl.when(holds.fill_null(False)).then(level).otherwise(0) for _, level, _, _, holds in rules]
    due = rows.with_columns(level_due=pl.max_horizontal(*levels).cast(pl.Int64))
    kept = due.filter((pl.col("level_due") > 0) | (pl.col("level_now") > 0))
    asked = kept.with_columns(reasons=_reasons(rules), is_credit_due=_credit_due(policy))
    heard = told(asked, book, rules, policy, people)
    stated = asked.join(heard, on="ticket_id", how="left", maintain_order="left").with_columns(
        next_update_at=_next_update(policy),
        rca_due_at=pl.when(pl.col("severity") == "p0").then(
            pl.coalesce("critical_at", "created_at") + HOUR * policy.root_cause_hours
        ),
        age_hours=pl.col("age").dt.total_seconds() / 3600,
    )
    order = ["severity", "level_due", "created_at", "ticket_id"]
    return stated.select(ESCALATIONS).sort(order, descending=[False, True, False, False])


def _open(book: Book, clocks: pl.DataFrame, hit: pl.DataFrame, policy: EscalationsPolicy) -> pl.DataFrame:
    """Open tickets with the clock that has used up most of its time, their platform issue and their account's state."""
    tickets = book.ticket_clocks.filter(pl.col("closed_on").is_null())
    live = clocks.filter(pl.col("state").is_in(LIVE) & pl.col("ended_at").is_null())
    worst = live.sort("ticket_id", "used_pct", "clock", descending=[False, True, False]).unique(
        "ticket_id", keep="first", maintain_order=True
    )
    worst = worst.select("ticket_id", "used_pct", "clock", "due_at", "is_due_soon")
    words = "|".join(policy.data_breach_words)
    return (
        tickets.join(worst, on="ticket_id", how="left")
        .join(hit, on="ticket_id", how="left")
        .join(_leaving(book), on="account_id", how="left")
        .sort("ticket_id")
        .with_columns(
            is_platform=pl.col("issue_id").is_not_null(),
            is_leaving=pl.col("is_leaving").fill_null(False),
            is_large=(pl.col("arr") > policy.large_contract_over).fill_null(False),
            is_data_breach=pl.col("is_security")
            & pl.col("subject").str.to_lowercase().str.contains(words or "$^").fill_null(False),
        )
    )


def _leaving(book: Book) -> pl.DataFrame:
    """Accounts that threaten to leave: notice served, a competitor looked at, or an answer that says so."""
    none = pl.DataFrame(schema={"account_id": pl.String})
    signals, answers, contracts = book.signals, book.nps_answers, book.contracts
    looking = (
        signals.filter((pl.col("kind") == "competitor_evaluation") & pl.col("resolved_on").is_null())
        if signals.width
        else none
    )
    unwilling = answers.filter(pl.col("renewal_intent").is_in(INTENTS)) if "renewal_intent" in answers.columns else none
    notice = (
        contracts.filter(pl.col("cancelled_on").is_not_null() & (pl.col("ends_on") >= book.as_of).fill_null(False))
        if contracts.width
        else none
    )
    every = pl.concat([frame.select("account_id") for frame in (looking, unwilling, notice)])
    return every.unique().with_columns(is_leaving=pl.lit(True))


def _severe(rows: pl.DataFrame, policy: EscalationsPolicy) -> pl.DataFrame:
    """The severity: that of the priority, or higher where a fact of the ticket raises it; p3 where nobody set one."""
    ranks = {name: rank for rank, name in enumerate(PRIORITIES)}
    own = pl.col("priority").replace_strict(ranks, default=len(PRIORITIES) - 1, return_dtype=pl.Int64)
    raised = [pl.when(pl.col(fact)).then(ranks[rule.severity]) for fact, rule in policy.raises.items()]
    rank = pl.min_horizontal(own, *raised)
    return rows.with_columns(severity=rank.replace_strict(dict(enumerate(PRIORITIES)), return_dtype=pl.String))


Rule = tuple[str, int, tuple[str, ...], str, pl.Expr]


def _rules(policy: EscalationsPolicy) -> list[Rule]:
    """Every row of the policy as name, level, who is told, why, and when it holds."""
    return [*_ages(policy), *_ladder(policy), *_routes(policy)]


def _ages(policy: EscalationsPolicy) -> list[Rule]:
    rules: list[Rule] = []
    for name, row in policy.ages.items():
        used = pl.col("used_pct")
        holds = used >= row.at_least_pct if row.over_pct is None else used > row.over_pct
        if row.tiers:
            holds &= pl.col("tier").is_in(row.tiers)
        if row.only_platform:
            holds &= pl.col("is_platform")
        rules.append((name, row.level, row.told, row.why, holds))
    return rules


def _ladder(policy: EscalationsPolicy) -> list[Rule]:
    """Hours count since the ticket was created; for a P0 since it became one, when that is on file."""
    since = pl.when(pl.col("priority") == "p0").then(pl.col("now") - pl.coalesce("critical_at", "created_at"))
    rules: list[Rule] = []
    for name, row in policy.ladder.items():
        seconds = pl.coalesce(since, "age").dt.total_seconds()
        over, from_hours = row.over_hours, row.from_hours or 0
        late = seconds >= from_hours * 3600 if over is None else seconds > over * 3600
        rules.append((name, row.level, row.told, row.why, late & (pl.col("severity") == row.severity)))
    return rules


def _routes(policy: EscalationsPolicy) -> list[Rule]:
    is_critical = pl.col("severity") == "p0"
    facts = {
        "platform_issue": pl.col("is_platform"),
        "blocks_go_live": pl.col("affects_go_live"),
        "breach_imminent": pl.col("is_due_soon"),
        "threatens_churn": pl.col("is_leaving"),
        "contract_at_risk": pl.col("is_leaving") & pl.col("is_large") & is_critical,
        "security": pl.col("is_security"),
        "data_breach": pl.col("is_data_breach"),
        "large_contract": pl.col("is_large"),
    }
    return [(name, row.level, row.told, row.why, facts[name]) for name, row in policy.routes.items()]


def _reasons(rules: list[Rule]) -> pl.Expr:
    """Why it climbs, in words: those rows that ask for the level that is due."""
    said = [
        pl.when(holds.fill_null(False) & (pl.col("level_due") == level)).then(pl.lit(why))
        for _, level, _, why, holds in rules
        if level
    ]
    return pl.concat_list(said).list.drop_nulls().list.unique(maintain_order=True).list.join("; ")


def _credit_due(policy: EscalationsPolicy) -> pl.Expr:
    limits = {row.over_pct for row in policy.ages.values() if row.is_credit_due and row.over_pct is not None}
    return (pl.col("used_pct") > min(limits)).fill_null(False) if limits else pl.lit(False)


def _next_update(policy: EscalationsPolicy) -> pl.Expr:
    every = {name: row.update_minutes * 60 for name, row in policy.severities.items() if row.update_minutes}
    seconds = pl.col("severity").replace_strict(every, default=None, return_dtype=pl.Int64)
    passed = pl.col("age").dt.total_seconds() // seconds + 1
    return pl.col("created_at") + pl.duration(seconds=passed * seconds)
