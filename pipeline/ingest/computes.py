"""The few computations a source TOML may name: what they take and the SQL that they are."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Compute:
    """A named computation: how its arguments are read, and its SQL over them. The last kind repeats as needed."""

    arguments: tuple[str, ...]
    sql: Callable[[Sequence[str]], str]
    needs_all: bool = True

    def kind(self, place: int) -> str:
        """How the argument at this place is read."""
        return self.arguments[min(place, len(self.arguments) - 1)]


def _last_day_of_term(of: Sequence[str]) -> str:
    start, months = of
    return f"({start} + to_months({months}::integer) - interval 1 day)::date"


def _minutes_after(of: Sequence[str]) -> str:
    start, minutes = of
    return f"{start} + to_microseconds(({minutes} * 60000000)::bigint)"


def _yearly(of: Sequence[str]) -> str:
    amount, quantity, interval = of
    per_year = (
        f"case lower({interval}) when 'day' then 365 when 'week' then 52 when 'month' then 12 when 'year' then 1 end"
    )
    return f"{amount} * coalesce({quantity}, 1) * {per_year}"


COMPUTES: dict[str, Compute] = {
    "last_day_of_term": Compute(("date", "whole"), _last_day_of_term),
    "day_before": Compute(("date",), lambda of: f"({of[0]} - interval 1 day)::date"),
    "minutes_after": Compute(("instant", "duration"), _minutes_after),
    "yearly": Compute(("money", "whole", "text"), _yearly),
    "joined": Compute(("text",), lambda of: f"nullif(concat_ws(' ', {', '.join(of)}), '')", needs_all=False),
    "fingerprint": Compute(
        ("text",), lambda of: f"left(md5(concat_ws(chr(31), {', '.join(of)})), 16)", needs_all=False
    ),
}
