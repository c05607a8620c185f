"""What the values of an unknown column look like: dates, amounts, ids, addresses, a few words over and over."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DAY = "|".join(
    (
        r"(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}",
        r"\d{1,2}[-/.]\d{1,2}[-/.](\d{2}|\d{4})",
        rf"\d{{1,2}}[- /]{_MONTH}[- /]\d{{2,4}}",
        rf"{_MONTH} \d{{1,2}},? \d{{4}})",
    )
)
_CLOCK = r"[T ,]+\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[ap]m)?( ?(z|utc|gmt|[+-]\d{2}:?\d{2}))?"
_DIGITS = r"(\d+|\d{1,3}(,\d{3})+)"
PATTERNS = {
    "date": re.compile(_DAY, re.IGNORECASE),
    "instant": re.compile(_DAY + _CLOCK, re.IGNORECASE),
    "whole": re.compile(rf"[+-]?{_DIGITS}"),
    "number": re.compile(rf"[+-]?({_DIGITS}(\.\d*)?|\.\d+) ?%?"),
    "money": re.compile(
        rf"\(?([A-Z]{{3}} ?)?[-+]?[€$£¥₹]? ?[-+]?{_DIGITS}([.,]\d+)? ?[kmb]?( ?[A-Z]{{3}}| ?[€$£])?\)?", re.IGNORECASE
    ),
    "boolean": re.compile(r"1|0|true|false|t|f|yes|no|y|n|on|off|checked|unchecked|x", re.IGNORECASE),
    "currency": re.compile(r"[A-Za-z]{3}"),
    "email": re.compile(r"[^@\s]+@[^@\s]+\.[a-z]{2,}", re.IGNORECASE),
    "domain": re.compile(r"(https?://)?(www\.)?([a-z0-9-]+\.)+[a-z]{2,}(/\S*)?", re.IGNORECASE),
    "salesforce_id": re.compile(r"[0-9A-Za-z]{3}[0-9A-Za-z]{12}([A-Z0-5]{3})?"),
    "one_word": re.compile(r"\S+"),
    "with_digits": re.compile(r".*\d.*"),
}
FEW = 30


@dataclass(frozen=True, slots=True)
class Profile:
    """The values of one column: how many rows, how many with text, the share of each kind, and the distinct texts."""

    rows: int
    filled: int
    shares: dict[str, float]
    counts: Counter[str]

    @property
    def distinct(self) -> int:
        """How many different texts there are."""
        return len(self.counts)

    @property
    def is_unique(self) -> bool:
        """Whether nearly every row has a text of its own."""
        return self.filled > 0 and self.distinct >= 0.98 * self.filled

    @property
    def few_values(self) -> tuple[str, ...]:
        """The texts of a column that says a few things over and over, commonest first; else nothing."""
        is_few = 0 < self.distinct <= FEW and (self.distinct <= self.filled / 2 or self.distinct <= 3)
        return tuple(text for text, _ in self.counts.most_common()) if is_few else ()

    @property
    def kind(self) -> str:
        """What most values are, in a word for people."""
        if not self.filled:
            return "empty"
        for name in ("email", "instant", "date", "boolean", "whole", "number", "money", "domain"):
            if self.shares[name] >= 0.9:
                return name
        if self.few_values:
            return f"{self.distinct} values"
        return "unique text" if self.is_unique else "text"


def profile(values: Sequence[str]) -> Profile:
    """The profile of a column's cells."""
    texts = [text.strip() for text in values]
    filled = [text for text in texts if text]
    shares = {
        name: sum(bool(pattern.fullmatch(text)) for text in filled) / max(1, len(filled))
        for name, pattern in PATTERNS.items()
    }
    return Profile(len(texts), len(filled), shares, Counter(filled))
