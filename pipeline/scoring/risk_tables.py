"""The wide panel of churn risk as the tables that others read: weeks, factors with evidence, changes, flags."""

from datetime import date, timedelta

import polars as pl

from pipeline.book import Book
from pipeline.policy import ChurnRiskPolicy
from pipeline.scoring.risk_bands import HORIZONS, named_risk
from pipeline.scoring.risk_factors import ABSENT, FROZEN, PRESENT, STATES, UNKNOWN, RiskPart
from pipeline.scoring.risk_measures import compares, measured, total

EVIDENCE_COLUMNS = {
    "contract_next_ends_on": pl.col("contract_next_ends_on").cast(pl.String),
    "review_last_held_on": pl.col("review_last_held_on").cast(pl.String).fill_null("never"),
    "nps_wave_mean": (pl.col("wave_score_sum") / pl.col("wave_answer_count")).round(1).cast(pl.String),
    "nps_wave_prior_mean": (pl.col("wave_prior_score_sum") / pl.col("wave_prior_answer_count"))
    .round(1)
    .cast(pl.String),
}


def churn_weeks(panel: pl.DataFrame) -> pl.DataFrame:
    """One row per scored account and week: points, the points' own band, the band in force, how much is unknown.

    `churn_risk_entered_on` is the first week of the present stay in the band; changes are null against a week without a
    score. `dau_pct` is the mean share of the seats used on a business day: frozen while usage is late, null once lost.
    """
    stay = (pl.col("rank") != pl.col("rank").shift(1).over("account")).fill_null(True).cum_sum().over("account")
    weeks = panel.with_columns(stay=stay)
    for horizon, count in HORIZONS.items():
        then = weeks.select(
            "account", pl.col("week_ending_on") + timedelta(weeks=count), then=pl.col("churn_risk_points")
        )
        weeks = weeks.join(then, on=["account", "week_ending_on"], how="left", maintain_order="left")
        weeks = weeks.with_columns((pl.col("churn_risk_points") - pl.col("then")).alias(f"change_{horizon}")).drop(
            "then"
        )
    return weeks.select(
        "account_id",
        "week_ending_on",
        "churn_risk_points",
        "points_sum",
        own_band=named_risk(pl.col("own_rank")),
        churn_risk_band=named_risk(pl.col("rank")),
        churn_risk_unknown_count="unknown_count",
        dau_pct=pl.col("dau_under_10.value").round(6),
        churn_risk_change_1w="change_1w",
        churn_risk_change_4w="change_4w",
        churn_risk_entered_on=pl.col("week_ending_on").min().over("account", "stay"),
    ).sort("account_id", "week_ending_on")


def churn_factors(panel: pl.DataFrame, parts: tuple[RiskPart, ...], as_of: date) -> pl.DataFrame:
    """One row per account and factor that counts or is unknown at the as-of day, in the order of the policy.

    Points are 0 where unknown. `since_on` is the first week of the present stay in that state.
    """
    is_latest = pl.col("week_ending_on") == as_of
    since = panel.select("week_ending_on", *(_since(part).alias(part.named("since_on")) for part in parts))
    latest = panel.filter(is_latest).hstack(since.filter(is_latest).drop("week_ending_on"))
    rows = [_of_part(latest, part, order) for order, part in enumerate(parts)]
    return pl.concat(rows).sort("account_id", "order").drop("order")


def _since(part: RiskPart) -> pl.Expr:
    """The first week of the present stay in counting or not; rows are in the order of account and week."""
    counts = part.col("state") != ABSENT
    begins = (counts != counts.shift(1)) | (pl.col("account") != pl.col("account").shift(1))
    return pl.when(begins.fill_null(True)).then("week_ending_on").forward_fill()


def _of_part(latest: pl.DataFrame, part: RiskPart, order: int) -> pl.DataFrame:
    fresh_on = pl.col(f"{part.feed}.fresh_on")
    return latest.filter(part.col("state") != ABSENT).select(
        "account_id",
        family=pl.lit(part.factor.family),
        factor=pl.lit(part.name),
        points=part.col("points"),
        state=part.col("state").replace_strict(STATES, return_dtype=pl.String),
        value=pl.when(part.col("state") != UNKNOWN).then(part.col("value").round(6)),
        evidence=_evidence(part, fresh_on),
        since_on=part.col("since_on"),
        measured_on=pl.when(part.col("state") == FROZEN)
        .then(fresh_on)
        .when(part.col("state") == PRESENT)
        .then("week_ending_on"),
        order=pl.lit(order),
    )


def _evidence(part: RiskPart, fresh_on: pl.Expr) -> pl.Expr:
    """The policy's sentence with its numbers; what is unknown says which feed would tell."""
    sentence = _filled(part.factor.evidence, part)
    if part.factor.worse is not None:
        worse = compares(total(part.factor.worse.counts), part.factor.worse)
        sentence = pl.when(worse).then(pl.lit(part.factor.worse.text)).otherwise(sentence)
    return (
        pl.when(part.col("state") == UNKNOWN)
        .then(pl.lit(f"not known: no current {part.feed.replace('_', ' ')}"))
        .when(part.col("state") == FROZEN)
        .then(pl.format("{} (as of {}, the feed is late)", sentence, fresh_on.cast(pl.String)))
        .otherwise(sentence)
    )


def _filled(text: str, part: RiskPart) -> pl.Expr:
    """A sentence whose `{name}` are the measure (`value`) or a column of the evidence; empty where one is not known."""
    pieces: list[pl.Expr] = []
    for piece in text.split("{"):
        name, brace, rest = piece.partition("}")
        pieces += [_shown(name, part), pl.lit(rest)] if brace else [pl.lit(piece)]
    return pl.concat_str(pieces, ignore_nulls=True)


def _shown(name: str, part: RiskPart) -> pl.Expr:
    if name != "value":
        return EVIDENCE_COLUMNS[name]
    value = part.col("value").round(1)
    whole = value == value.floor()
    return pl.when(whole).then(value.cast(pl.Int64).cast(pl.String)).otherwise(value.cast(pl.String))


def churn_changes(panel: pl.DataFrame, parts: tuple[RiskPart, ...], as_of: date) -> pl.DataFrame:
    """One row per account, horizon and factor whose points moved; they sum to the change of the points exactly.

    The line `never_under_0` is what the limit at zero took back.
    """
    changes = [_of_horizon(panel, parts, as_of, horizon) for horizon in HORIZONS]
    return pl.concat(changes).sort("account_id", "horizon", "factor")


def _of_horizon(panel: pl.DataFrame, parts: tuple[RiskPart, ...], as_of: date, horizon: str) -> pl.DataFrame:
    columns = [part.named("points") for part in parts]
    limit = (pl.col("churn_risk_points") - pl.col("points_sum")).alias("never_under_0.points")
    wide = panel.select("account_id", "week_ending_on", *columns, limit)
    names = [*columns, "never_under_0.points"]
    then_on = as_of - timedelta(weeks=HORIZONS[horizon])
    now, then = (wide.filter(pl.col("week_ending_on") == day).drop("week_ending_on") for day in (as_of, then_on))
    both = now.join(then, on="account_id", suffix=".then", maintain_order="left")
    moved = both.select("account_id", *((pl.col(name) - pl.col(f"{name}.then")).alias(name) for name in names))
    return (
        moved.unpivot(names, index="account_id", variable_name="factor", value_name="change")
        .filter(pl.col("change") != 0)
        .with_columns(pl.col("factor").str.strip_suffix(".points"))
        .select("account_id", pl.lit(horizon).alias("horizon"), "factor", "change")
    )


def churn_flags(panel: pl.DataFrame, parts: tuple[RiskPart, ...], policy: ChurnRiskPolicy, book: Book) -> pl.DataFrame:
    """One row per account and flag up at the as-of day: its colour, since when, and until when an action is wanted."""
    hours = {"red": policy.clock.red_hours, "yellow": policy.clock.yellow_hours}
    factors = churn_factors(panel, tuple(part for part in parts if part.factor.flag), book.as_of)
    colours = {part.name: part.factor.flag for part in parts if part.factor.flag}
    raised = factors.filter(pl.col("state") != "unknown").with_columns(
        colour=pl.col("factor").replace_strict(colours, return_dtype=pl.String)
    )
    days = {colour: wanted // 24 for colour, wanted in hours.items()}
    act_by = pl.col("since_on") + pl.duration(days=pl.col("colour").replace_strict(days, return_dtype=pl.Int64))
    flags = raised.select("account_id", "colour", flag="factor", raised_on="since_on", act_by_on=act_by)
    return pl.concat([flags, _green(panel, policy, book.as_of)]).sort("account_id", "colour", "flag")


def red_flag_weeks(panel: pl.DataFrame, parts: tuple[RiskPart, ...]) -> pl.DataFrame:
    """One row per account, week and red flag up in it, frozen ones included: account_id, week_ending_on, factor."""
    up = [
        panel.filter(part.col("state").is_in([PRESENT, FROZEN])).select(
            "account_id", "week_ending_on", factor=pl.lit(part.name)
        )
        for part in parts
        if part.factor.flag == "red"
    ]
    return pl.concat(up).sort("account_id", "week_ending_on", "factor")


def top_factors(panel: pl.DataFrame, parts: tuple[RiskPart, ...]) -> pl.DataFrame:
    """One row per account and week with a factor that adds points: the largest, of equals the first of the policy."""
    adding = [part for part in parts if not part.factor.is_positive]
    columns = [column for part in adding for column in (part.named("points"), part.named("value"))]
    rows = (
        panel.select("account_id", "week_ending_on", *columns)
        .with_columns(most=pl.max_horizontal(part.col("points") for part in adding))
        .filter(pl.col("most") > 0)
        .with_columns(top=_first(adding, pl.col("most")))
    )
    names = {number: part.name for number, part in enumerate(adding)}
    values = (pl.when(pl.col("top") == number).then(part.col("value")) for number, part in enumerate(adding))
    return rows.select(
        "account_id",
        "week_ending_on",
        driver=pl.col("top").replace_strict(names, return_dtype=pl.String),
        driver_value=pl.coalesce(*values).round(6),
    )


def _first(parts: list[RiskPart], points: pl.Expr) -> pl.Expr:
    """The number of the first part with these points."""
    tests = enumerate(part.col("points") == points for part in parts)
    return pl.coalesce(*(pl.when(test).then(pl.lit(number, pl.Int8)) for number, test in tests))


def _green(panel: pl.DataFrame, policy: ChurnRiskPolicy, as_of: date) -> pl.DataFrame:
    latest = panel.filter(pl.col("week_ending_on") == as_of)
    found = [
        latest.filter(compares(measured(flag), flag) & (pl.col(f"{flag.feeds[0]}.standing") == "fresh")).select(
            "account_id",
            colour=pl.lit("green"),
            flag=pl.lit(name),
            raised_on=pl.lit(as_of),
            act_by_on=pl.lit(None, pl.Date),
        )
        for name, flag in policy.green_flags.items()
    ]
    return pl.concat(found)
