"""How well the values of an unknown column suit a canonical one, whatever it is called."""

from pipeline.ingest.contract import allowed_values, kind_of
from pipeline.ingest.glossary import Glossary
from pipeline.ingest.profile import Profile
from schemas.tables import Table

NEUTRAL = 0.7
UNKNOWN = 0.6
MISFIT = 0.3
READ_AS = {
    "date": ("date", "instant"),
    "instant": ("instant", "date"),
    "whole": ("whole",),
    "number": ("number",),
    "money": ("money",),
    "boolean": ("boolean",),
    "currency": ("currency",),
}


def fit_of(glossary: Glossary, table: Table, column: str, found: Profile) -> tuple[float, str]:
    """How well values suit a canonical column, 0 to 1, and what they are in words."""
    if not found.filled:
        return UNKNOWN, "no values to judge by"
    kind = kind_of(table, column)
    if kind == "enumeration":
        return _fit_of_values(glossary, table, column, found)
    if kind in READ_AS:
        share = max(found.shares[name] for name in READ_AS[kind])
        return share, f"{share:.0%} of its values read as {kind}"
    if kind == "id":
        return _fit_of_ids(table, column, found)
    return _fit_of_text(column, found)


def _fit_of_values(glossary: Glossary, table: Table, column: str, found: Profile) -> tuple[float, str]:
    known = [text for text in found.counts if glossary.meant_value((table.name, column), text)]
    share = sum(found.counts[text] for text in known) / found.filled
    if share == 0 and found.few_values and len(found.few_values) <= 2 * len(allowed_values(table, column)) + 4:
        return 0.4, "a few values, none of them known"
    return share, f"{share:.0%} of its values are known"


def _fit_of_ids(table: Table, column: str, found: Profile) -> tuple[float, str]:
    looks_dated = found.shares["instant"] > 0.5 or (found.shares["date"] > 0.5 and found.shares["whole"] < 0.5)
    if looks_dated:
        return 0.1, "its values are dates"
    if column == only_key(table):
        return (1.0, "every row has its own") if found.is_unique else (0.15, "rows share its values")
    return (0.95 if found.shares["one_word"] > 0.9 else NEUTRAL), f"{found.distinct} different values"


def _fit_of_text(column: str, found: Profile) -> tuple[float, str]:
    for word in ("email", "domain"):
        if word in column:
            return found.shares[word], f"{found.shares[word]:.0%} of its values are like an {word}".replace(
                "an d", "a d"
            )
    if max(found.shares["date"], found.shares["instant"]) > 0.5:
        return 0.2, "its values are dates"
    if found.shares["email"] > 0.9:
        return 0.3, "its values are e-mail addresses"
    if found.shares["money"] > 0.9:
        return 0.35, "its values are numbers"
    return NEUTRAL + 0.2 * (not found.few_values), found.kind


def only_key(table: Table) -> str | None:
    """The id that alone names a row, if there is one."""
    return table.keys[0] if len(table.keys) == 1 and kind_of(table, table.keys[0]) == "id" else None
