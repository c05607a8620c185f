"""The few words of SQL that every reading of a cell is made of."""

from collections.abc import Sequence
from typing import Final

BLANKS: Final = "' \t\n\r\u00a0\u200b\u202f\u3000\ufeff'"


def quoted(text: str) -> str:
    """A SQL string."""
    return "'" + text.replace("'", "''") + "'"


def is_one_of(text: str, texts: Sequence[str]) -> str:
    """Whether a text is in a list; false for null. `in` would become a join for each cell, and planning slow."""
    return f"case {text} {' '.join(f'when {quoted(one)} then true' for one in texts)} else false end"


def trimmed(cell: str) -> str:
    """The cell without blanks around it, null where nothing is left. Most cells begin and end with a plain letter."""
    is_plain = f"{cell} between '!' and '~' and {cell}[-1] between '!' and '~'"
    return f"case when {is_plain} then {cell} else nullif(trim({cell}, {BLANKS}), '') end"


def let(name: str, value: str, body: str) -> str:
    """`body` with `name` standing for `value`, worked out once; nested readings that repeat texts grow without end."""
    return f"list_transform([{value}], lambda {name}: {body})[1]"
