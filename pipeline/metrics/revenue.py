"""Customers, what they pay and whether they pay it; standing of contracts; retention of a cohort."""

import polars as pl

from pipeline.metrics.metric import Metric

REVENUE = (
    Metric(
        name="customers",
        label="Customers",
        description="Accounts with a running contract or ARR; 0 when there are none.",
        unit="customers",
        kind="count",
        numerator="is_scored",
        mart="accounts",
    ),
    Metric(
        name="arr",
        label="ARR",
        description="Yearly recurring revenue, pending renewals included; unknown amounts stay out.",
        unit="money",
        kind="sum",
        numerator="arr",
        mart="accounts",
    ),
    Metric(
        name="arr_pending",
        label="Pending ARR",
        description="The part of ARR whose contract has ended and whose renewal is awaited within the grace.",
        unit="money",
        kind="sum",
        numerator="arr_pending",
        direction="down",
        mart="accounts",
    ),
    Metric(
        name="arr_per_customer",
        label="ARR per customer",
        description="ARR over customers; null without customers.",
        unit="money",
        kind="ratio",
        numerator="arr",
        denominator="is_scored",
        mart="accounts",
    ),
    Metric(
        name="expansion_pipeline",
        label="Expansion pipeline",
        description="Amount of open expansion opportunities; unknown amounts stay out.",
        unit="money",
        kind="sum",
        numerator="expansion_pipeline",
        mart="accounts",
    ),
    Metric(
        name="churned_arr",
        label="Churned ARR",
        description="ARR on the last day of service of accounts that left; unknown amounts stay out.",
        unit="money",
        kind="sum",
        numerator="churned_arr",
        direction="down",
        mart="accounts",
    ),
    Metric(
        name="late_payments",
        label="Late payments",
        description="Invoices of 12 months paid after they were due, or unpaid past due; 0 when none was.",
        unit="late invoices",
        kind="sum",
        numerator="invoice_late_count_12m",
        direction="down",
    ),
    Metric(
        name="contract_status",
        label="Contract status",
        description="2 in force, 1 ends within 90 days unrenewed, 0 none in force. A code does not add up.",
        unit="code",
        kind="sum",
        numerator="contract_status_code",
        poolable=False,
    ),
    Metric(
        name="strategic_alignment",
        label="Strategic alignment",
        description="2 aligned, 1 uncertain, 0 misaligned, null when not recorded. A code, which does not add up.",
        unit="code",
        kind="sum",
        numerator="strategic_alignment_code",
        poolable=False,
    ),
    Metric(
        name="nrr_pct",
        label="Net revenue retention",
        description="ARR now of the accounts with ARR twelve months ago, over their ARR then; null without any.",
        unit="%",
        kind="ratio",
        numerator="closing_arr",
        denominator="opening_arr",
        scale=100,
        mart="cohort",
    ),
    Metric(
        name="grr_pct",
        label="Gross revenue retention",
        description="The same with each account's ARR now counted up to its ARR then; null without any.",
        unit="%",
        kind="ratio",
        numerator="kept_arr",
        denominator="opening_arr",
        scale=100,
        mart="cohort",
    ),
    Metric(
        name="logo_retention_pct",
        label="Logo retention",
        description="Accounts of twelve months ago that still have ARR, over all of them; null without such accounts.",
        unit="%",
        kind="ratio",
        numerator="kept_count",
        denominator="opening_count",
        scale=100,
        mart="cohort",
    ),
    Metric(
        name="renewal_rate_pct",
        label="Renewal rate",
        description="ARR renewed over the ARR whose decision fell in the period; null when none was due.",
        unit="%",
        kind="ratio",
        numerator="renewed_arr",
        denominator="due_arr",
        scale=100,
        mart="contracts",
    ),
)


def with_codes(account_weeks: pl.DataFrame) -> pl.DataFrame:
    """Account-weeks with `contract_status_code` and `strategic_alignment_code`; the latter null when not recorded."""
    in_force, ending = pl.col("contract_in_force_count") > 0, pl.col("contract_ending_90d_count") > 0
    alignment = {"misaligned": 0, "uncertain": 1, "aligned": 2}
    return account_weeks.with_columns(
        contract_status_code=pl.when(in_force & ~ending).then(2).when(in_force).then(1).otherwise(0),
        strategic_alignment_code=pl.col("strategic_alignment").replace_strict(
            alignment, default=None, return_dtype=pl.Int64
        ),
    )
