"""Ids as ordered codes: what is grouped, joined and sorted by account, product or currency goes by small integers.

Between the Book and the tables of ARR. A code sorts as its text does, so nothing but the time it takes is different;
`in_words` gives the text back before a table leaves the room.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import polars as pl

from pipeline.revenue.retained import UNKNOWN

CODED = {
    "account_id": "account_id",
    "product": "product",
    "currency": "currency",
    "successor_currency": "currency",
}
# A code that is not in its list becomes null without a word; these are what nulls are filled with.
FILLERS = ("", UNKNOWN)


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes of one book: by kind of id, every value that its frames hold, in the order of their text."""

    kinds: dict[str, pl.Enum]

    @classmethod
    def of(cls, frames: Iterable[pl.DataFrame]) -> Self:
        """The codes of all ids that the frames name."""
        known = list(frames)
        return cls({kind: _listed(known, kind) for kind in set(CODED.values())})

    def coded(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame with codes for ids; an id that no frame of the book names becomes null, and matches nothing."""
        held = [name for name in CODED if name in frame.columns]
        return frame.with_columns(pl.col(name).cast(self.kinds[CODED[name]], strict=False) for name in held)


def in_words(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with the text of every code."""
    return frame.with_columns(pl.selectors.enum().cast(pl.String))


def _listed(frames: list[pl.DataFrame], kind: str) -> pl.Enum:
    columns = [frame[name] for frame in frames for name in CODED if CODED[name] == kind and name in frame.columns]
    values = pl.concat([pl.Series(FILLERS), *(column.drop_nulls().unique() for column in columns)])
    return pl.Enum(values.unique().sort())
