"""Who must be told of an escalation: the roles that its level and its reasons name, as people where we know them."""

from collections.abc import Mapping, Sequence

import polars as pl

from pipeline.book import Book
from pipeline.policy import EscalationsPolicy

OWN = ("csm", "csm_manager", "account_executive", "executive_sponsor")
COMPANY_NAMES = {"csm_manager": "cs_manager"}


def told(
    rows: pl.DataFrame,
    book: Book,
    rules: Sequence[tuple[str, int, tuple[str, ...], str, pl.Expr]],
    policy: EscalationsPolicy,
    people: Mapping[str, str],
) -> pl.DataFrame:
    """One row per ticket with `told`: people in the order of the levels, a role where nobody is named for it."""
    named = _named(rows, book, policy, people)
    wanted = {role: _is_told(role, rules, policy) for role in policy.roles}
    said = [pl.when(wanted[role]).then(pl.col(f"role.{role}")) for role in policy.roles]
    text = pl.concat_list(said).list.drop_nulls().list.unique(maintain_order=True).list.join("; ")
    return named.select("ticket_id", told=text)


def _is_told(
    role: str, rules: Sequence[tuple[str, int, tuple[str, ...], str, pl.Expr]], policy: EscalationsPolicy
) -> pl.Expr:
    levels = [pl.col("level_due") >= int(number) for number, level in policy.levels.items() if role in level.roles]
    rows = [holds.fill_null(False) for _, _, roles, _, holds in rules if role in roles]
    return pl.any_horizontal(*levels, *rows) if levels or rows else pl.lit(False)


def _named(rows: pl.DataFrame, book: Book, policy: EscalationsPolicy, people: Mapping[str, str]) -> pl.DataFrame:
    """The rows with a column per role: the account's own person, else the company's, else the role itself."""
    own = [role for role in OWN if role in book.accounts.columns]
    joined = rows.join(book.accounts.select("account_id", *own), on="account_id", how="left", maintain_order="left")
    return joined.with_columns(
        pl.coalesce(
            pl.col(role) if role in own else pl.lit(None, pl.String),
            pl.lit(people.get(COMPANY_NAMES.get(role, role)), pl.String),
            pl.lit(label),
        ).alias(f"role.{role}")
        for role, label in policy.roles.items()
    )
