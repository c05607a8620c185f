"""The tie-out: bridge and renewals against finance's own figures, with the accounts that explain a difference."""

import polars as pl

from pipeline.frames import shaped
from pipeline.revenue.movements import KINDS
from pipeline.revenue.served import MONEY, NOTHING, converted

CONTROLS = {
    "month_on": pl.Date,
    "measure": pl.String,
    "segment": pl.String,
    "amount": MONEY,
    "source": pl.String,
}
KEY = ["month_on", "measure", "segment"]
BALANCES = ("opening", "closing")
NAMED = 5


def controls_check(
    controls: pl.DataFrame, bridge: pl.DataFrame, renewals: pl.DataFrame, suspects: pl.DataFrame
) -> pl.DataFrame:
    """One row per figure of finance: month, measure, segment, theirs, ours, difference and whether they tie.

    Measures are the lines of the bridge, and `renewals_due` and `renewals` (due and renewed by month of the renewal).
    Ours is null for a measure that is none of these. `explained_by` names the accounts with something unusual in that
    month, `unexplained` is what remains of the difference after their amounts.
    """
    theirs = shaped(controls, CONTROLS)
    ours = pl.concat([_long(bridge, (*BALANCES, *KINDS)), _long(renewals, ("renewals_due", "renewals"))])
    both = theirs.join(ours, on=KEY, how="left").with_columns(
        difference=(pl.col("ours") - pl.col("amount")).cast(MONEY)
    )
    off = both.filter(pl.col("difference") != 0).select(*KEY, "difference")
    return (
        both.join(_explained(off, suspects), on=KEY, how="left")
        .with_columns(is_tied=pl.col("difference") == 0, explained=pl.col("explained").fill_null(NOTHING))
        .select(
            *KEY,
            pl.col("amount").alias("control"),
            "ours",
            "difference",
            "is_tied",
            "explained",
            (pl.col("difference") - pl.col("explained")).cast(MONEY).alias("unexplained"),
            "explained_by",
            "source",
        )
        .sort(KEY)
    )


def renewed_by_month(decided: pl.DataFrame, rates: pl.DataFrame, segments: pl.DataFrame) -> pl.DataFrame:
    """One row per month of renewal and segment, `all` among them: ARR due and renewed, at that month's rate."""
    due = converted(decided, pl.col("renewal_on").dt.month_start(), rates, "renewals_due")
    followed = due.drop("arr_local", "currency").rename(
        {"successor_local": "arr_local", "successor_currency": "currency"}
    )
    both = converted(followed, pl.col("renewal_on").dt.month_start(), rates, "successor_arr")
    kept = pl.min_horizontal(pl.col("renewals_due"), pl.col("successor_arr").fill_null(NOTHING))
    dated = both.with_columns(renewals=kept, month_on=pl.col("renewal_on").dt.month_start())
    placed = dated.join(segments, on="account_id", how="left")
    rows = pl.concat([placed, placed.with_columns(segment=pl.lit("all"))])
    return rows.group_by("month_on", "segment").agg(pl.col("renewals_due", "renewals").sum().cast(MONEY))


def suspects(
    restated: pl.DataFrame, served: pl.DataFrame, movements: pl.DataFrame, segments: pl.DataFrame
) -> pl.DataFrame:
    """One row per month, measure, account and amount that may explain a difference, the likeliest why first.

    What a restated closing changed in its month's closing and the next one's opening, contracts whose rate is unknown,
    and single movements, which explain a difference of exactly their size.
    """
    changed = restated.filter(pl.col("change") != 0).select(
        "month_on", "account_id", pl.col("change").alias("amount"), pl.col("reason").alias("why")
    )
    closing = changed.with_columns(measure=pl.lit("closing"), rank=pl.lit(1))
    opening = closing.with_columns(pl.col("month_on").dt.offset_by("1mo"), measure=pl.lit("opening"))
    blank = served.filter(pl.col("arr").is_null()).select("month_on", "account_id").unique()
    unknown = blank.with_columns(amount=NOTHING, why=pl.lit("rate_unknown"), measure=pl.lit("closing"), rank=pl.lit(2))
    single = movements.select(
        "month_on",
        "account_id",
        "amount",
        pl.lit("movement_of_this_size").alias("why"),
        pl.col("kind").alias("measure"),
        pl.lit(3).alias("rank"),
    )
    rows = pl.concat([closing, opening, unknown, single], how="diagonal").join(segments, on="account_id", how="left")
    return pl.concat([rows, rows.with_columns(segment=pl.lit("all"))])


def _explained(off: pl.DataFrame, suspects: pl.DataFrame) -> pl.DataFrame:
    """For each difference the accounts that explain it; a movement only when it is all of the difference."""
    found = off.join(suspects, on=KEY, how="inner").filter(
        (pl.col("rank") < 3) | (pl.col("amount").abs() == pl.col("difference").abs())
    )
    best = found.filter(pl.col("rank") == pl.col("rank").min().over(KEY))
    signed = pl.when(pl.col("rank") == 3).then(pl.col("difference")).otherwise(pl.col("amount"))
    words = pl.format("{} {} ({})", "account_id", signed.cast(pl.String), "why")
    ordered = best.with_columns(signed=signed, words=words).sort(*KEY, "account_id")
    one = pl.when(pl.col("rank").first() == 3).then(pl.col("signed").first()).otherwise(pl.col("signed").sum())
    return ordered.group_by(KEY, maintain_order=True).agg(
        one.cast(MONEY).alias("explained"), pl.col("words").head(NAMED).str.join("; ").alias("explained_by")
    )


def _long(wide: pl.DataFrame, measures: tuple[str, ...]) -> pl.DataFrame:
    return wide.unpivot(
        [name for name in measures if name in wide.columns],
        index=["month_on", "segment"],
        variable_name="measure",
        value_name="ours",
    ).select(*KEY, pl.col("ours").cast(MONEY))
