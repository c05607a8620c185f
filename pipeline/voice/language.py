"""Is a comment English? And the words of a comment, cut to their stems. Another language is never guessed at."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import polars as pl

from pipeline.policy.voice import Themes

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
ENDINGS = (("ies", "y"), ("ing", ""), ("edly", ""), ("ed", ""), ("ly", ""), ("es", ""), ("s", ""), ("e", ""))
SHORTEST = 3


def words(text: str) -> list[str]:
    """The words of a text in lower case."""
    return WORD.findall(text.lower().replace("’", "'"))


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """A word without its English ending, so that `price`, `prices` and `pricing` are one."""
    for ending, instead in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST and not word.endswith("ss"):
            return word[: len(word) - len(ending)] + instead
    return word


def is_english(text: str, rules: Themes) -> bool:
    """English unless letters are of another script, or more of its small words belong to another language."""
    letters = [letter for letter in text if letter.isalpha()]
    foreign = sum("LATIN" not in unicodedata.name(letter, "") for letter in letters)
    if letters and foreign * 2 > len(letters):
        return False
    said = words(text)
    english = sum(word in _set(rules.english_words) for word in said)
    other = sum(part in _set(rules.other_language_words) for word in said for part in word.split("'"))
    return english >= other if english or other else text.isascii()


def with_language(rows: pl.DataFrame, rules: Themes) -> pl.DataFrame:
    """The rows with `is_english` of their comment; null without one. Each different comment is read once."""
    texts = rows.get_column("comment").drop_nulls().unique().sort().to_list()
    known = {text: is_english(text, rules) for text in texts}
    return rows.with_columns(
        is_english=pl.col("comment").replace_strict(known, default=None, return_dtype=pl.Boolean)
        if known
        else pl.lit(None, pl.Boolean)
    )


@lru_cache(maxsize=8)
def _set(listed: Iterable[str]) -> frozenset[str]:
    return frozenset(listed)
