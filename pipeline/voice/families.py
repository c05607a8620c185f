"""Keyword families: themes that are known beforehand by their words."""

import re
from collections.abc import Mapping
from functools import lru_cache

from pipeline.policy.voice import Family


@lru_cache(maxsize=512)
def pattern(keywords: tuple[str, ...]) -> re.Pattern[str]:
    """What finds a keyword of a family in a text; `price*` finds every word that begins so."""
    parts = (re.escape(word).replace(r"\*", r"\w*").replace(r"\ ", r"\s+") for word in keywords)
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)", re.IGNORECASE)


def family_of(text: str, families: Mapping[str, Family]) -> str | None:
    """The family with most different keywords in a text, the policy's order deciding; None where no keyword stands."""
    hits = {name: len({hit.lower() for hit in pattern(rule.keywords).findall(text)}) for name, rule in families.items()}
    best = max(hits, key=lambda name: hits[name]) if hits else None
    return best if best is not None and hits[best] else None
