"""A book that may be shared: placeholders instead of names, ids, addresses, numbers and links, before a report is made.

It stands between the shelf and the reports. As every document, table, message and file name is made of what comes out
here, none of them can tell what is not in it.
"""

import re
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import polars as pl

from pipeline.book import Book
from pipeline.ledger import Ledger
from pipeline.reports.document import Context
from pipeline.reports.sections.sharing.names import (
    ACCOUNT_IDS,
    ACCOUNT_NAMES,
    ADDRESSES,
    COMPANY,
    TEAM,
    TEAM_LISTS,
    THEIRS,
    TOOLS,
    Disguise,
    disguise,
    frames_of,
)
from pipeline.scores import Scores
from pipeline.voice.redaction import EMAIL, MAIL, Known, known, redacted

OUTSIDE = frozenset(
    (
        *("comment", "text", "subject", "notes", "description", "summary", "quote_1", "quote_2", "detail", "metrics"),
        *("blockers", "progress", "next_week", "decision_needed", "root_cause", "mitigation", "reason"),
        *("override_reason", "customer_actions", "explained_by"),
    )
)
EXACT = frozenset((*ACCOUNT_NAMES, *ACCOUNT_IDS, *TEAM, *THEIRS))
VOCABULARY = re.compile(r"[a-z0-9_.%+\-]*")
HIDDEN = "[value]"


def sharing(book: Book, scores: Scores, context: Context) -> tuple[Book, Scores, Context]:
    """Book, scores and context with placeholders; figures, dates, bands and words of ours stay as they are."""
    comments = book.nps_answers.get_column("comment") if "comment" in book.nps_answers.columns else pl.Series()
    names = known(book, context.policy.voice, comments.drop_nulls().unique().sort().to_list())
    said = disguise(book, scores, context, names.common)
    frames = frames_of(book, scores, context)
    texts = _texts(frames, said, names)
    made = {name: _frame(frame, name, said, texts) for name, frame in frames.items()}
    company = replace(book.company, name=COMPANY)
    shown = {name.partition(".")[2]: frame for name, frame in made.items() if name.startswith("scores.")}
    return (
        replace(book, company=company, **_part(made, "book")),
        Scores.from_frames(shown),
        _context(context, made, said),
    )


def _part(made: Mapping[str, pl.DataFrame], part: str) -> dict[str, Any]:
    return {name.partition(".")[2]: frame for name, frame in made.items() if name.startswith(part + ".")}


def _context(context: Context, made: Mapping[str, pl.DataFrame], said: Disguise) -> Context:
    """The context with its frames, and every id and name in its sets and mappings replaced."""
    ledger: Ledger | None = replace(context.ledger, **_part(made, "ledger")) if context.ledger else None
    rest = {each.name: getattr(context, each.name) for each in fields(context) if each.name not in ("policy", "ledger")}
    plain = {name: _plain(value, said) for name, value in rest.items() if not isinstance(value, pl.DataFrame)}
    return replace(context, ledger=ledger, **_part(made, "context"), **plain)


def _plain(value: Any, said: Disguise) -> Any:
    """A word, or a set or mapping of words, with what stands for them; texts of a person are left out altogether."""
    if isinstance(value, str):
        found = said.ids.get(value) or said.names.get(value)
        return found or (value if VOCABULARY.fullmatch(value) else HIDDEN)
    if isinstance(value, Mapping):
        return {_plain(key, said): _plain(one, said) for key, one in value.items()}
    if isinstance(value, frozenset | set | tuple | list):
        return type(value)(_plain(one, said) for one in value)
    return value


def _texts(frames: Mapping[str, pl.DataFrame], said: Disguise, names: Known) -> dict[str, str]:
    """Every text of the frames that changes, with what is written instead.

    Words from outside lose what looks like a name as well; where such words stand inside a sentence of ours, they are
    replaced there too.
    """
    outside = _strings(frames, OUTSIDE)
    ours = _strings(frames, None) - outside
    heard = {
        text: redacted(swapped, names)
        for text, swapped in zip(outside, _swapped(list(outside), said.within), strict=True)
    }
    longer = {text: shown for text, shown in heard.items() if shown != text and len(text) > len(HIDDEN) + 5}
    swapped = _swapped(list(ours), {**said.within, **longer})
    told = {text: redacted(shown, names, guess=False) for text, shown in zip(ours, swapped, strict=True)}
    return {text: shown for text, shown in {**told, **heard}.items() if text != shown}


def _strings(frames: Mapping[str, pl.DataFrame], columns: frozenset[str] | None) -> set[str]:
    """The texts of the columns, of all that are not ids or names without `columns`; words of our vocabulary apart."""
    found: set[str] = set()
    for frame in frames.values():
        for column, dtype in frame.schema.items():
            if dtype == pl.String and (column in columns if columns else not _is_exact(column)):
                found |= set(frame.get_column(column).drop_nulls().unique().to_list())
    return {text for text in found if not VOCABULARY.fullmatch(text)}


def _is_exact(column: str) -> bool:
    return column in EXACT or column in ADDRESSES or column.endswith("_id")


def _swapped(texts: list[str], within: Mapping[str, str]) -> list[str]:
    """The texts with e-mail addresses hidden whole, then every word of the dictionary replaced, the longest first."""
    ranked = sorted(within, key=lambda word: (-len(word), word))
    column = pl.Series("text", [EMAIL.sub(MAIL, text) for text in texts], pl.String)
    return column.str.replace_many(ranked, [within[word] for word in ranked], leftmost=True).to_list()


def _frame(frame: pl.DataFrame, name: str, said: Disguise, texts: Mapping[str, str]) -> pl.DataFrame:
    of_load = name.startswith(("ledger.", "context."))
    changed = [
        _column(frame.get_column(column), said, texts, of_load=of_load)
        for column, dtype in frame.schema.items()
        if dtype == pl.String or column == "examples"
    ]
    return frame.with_columns(changed)


def _column(values: pl.Series, said: Disguise, texts: Mapping[str, str], *, of_load: bool) -> pl.Series:
    """One column: ids, names and files by the dictionary, addresses gone, lists word by word, texts as texts."""
    column = values.name
    if column == "examples":
        return _examples(values, said)
    if column in ADDRESSES:
        gone = MAIL if column == "email" else None
        return _mapped(values, dict.fromkeys(values.drop_nulls().unique().to_list(), gone))
    if of_load and column in ("path", *TOOLS):
        return _mapped(values, {**said.tools, **said.files})
    if column == "accounts" or column in TEAM_LISTS:
        return _listed(values, said, texts)
    if column.endswith("_id") or column == "reference":
        return _mapped(values, said.ids)
    return _mapped(values, {**texts, **said.names} if column in (*EXACT, "value") else texts)


def _listed(values: pl.Series, said: Disguise, texts: Mapping[str, str]) -> pl.Series:
    lists = values.drop_nulls().unique().to_list()
    shown = {text: "; ".join(_one(word, said, texts) for word in text.split("; ")) for text in lists}
    return _mapped(values, shown)


def _one(word: str, said: Disguise, texts: Mapping[str, str]) -> str:
    return said.ids.get(word) or said.names.get(word) or texts.get(word, word)


def _mapped(values: pl.Series, words: Mapping[str, str | None]) -> pl.Series:
    there = values.drop_nulls().unique().to_list()
    found = {value: words[value] for value in there if value in words}
    if not found:
        return values
    shown = pl.Series(list(found.values()), dtype=pl.String)
    return values.replace(pl.Series(list(found), dtype=pl.String), shown)


def _examples(values: pl.Series, said: Disguise) -> pl.Series:
    """Examples of rejected rows: where they stand, never what they held."""
    rows = [one and [_placed(each, said) for each in one] for one in values.to_list()]
    return pl.Series(values.name, rows, values.dtype)


def _placed(example: dict[str, Any], said: Disguise) -> dict[str, Any]:
    return {**example, "path": said.files.get(example["path"], HIDDEN), "value": HIDDEN}
