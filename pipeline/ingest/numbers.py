"""SQL for a text that is a number."""

from typing import Final

from pipeline.ingest.sql_text import let, quoted

GAP: Final = r"[ '’\x{00a0}\x{202f}\x{2009}]"
_GROUPED: Final = r"(\d+|\d{1,3}(,\d{3})+|\d{1,2}(,\d{2})+,\d{3})"
_SPACED: Final = rf"(^|[^\d.,])\d{{1,3}}({GAP}\d{{3}})+([.,]\d+)?([^\d '’\x{{00a0}}\x{{202f}}\x{{2009}}]|$)"
_WHOLE: Final = rf"[+-]?{_GROUPED}(\.0*)?"
_NUMBER: Final = rf"[+-]?({_GROUPED}(\.\d*)?|\.\d+)(E[+-]?\d{{1,3}})?|[(]({_GROUPED}(\.\d*)?|\.\d+)[)]"
_BETWEEN: Final = rf"(\d){GAP}(\d)"


def rewritten(text: str, decimal: str) -> str:
    """The number in capitals, with a point as its decimal mark and only commas between its thousands."""
    upper = f"replace(upper({text}), '−', '-')"
    joined = f"regexp_replace({upper}, {quoted(_BETWEEN)}, '\\1\\2', 'g')"
    gapless = f"case when regexp_matches({upper}, {quoted(_SPACED)}) then {joined} else {upper} end"
    return f"translate({gapless}, '.,', ',.')" if decimal == "," else gapless


def whole(text: str, decimal: str = ".") -> str:
    """A whole number; `12.0` is one, `12.5` is none."""
    number = rewritten(text, decimal)
    digits = f"replace(regexp_replace({number}, '\\.0*$', ''), ',', '')"
    return f"case when regexp_full_match({number}, {quoted(_WHOLE)}) then try_cast({digits} as bigint) end"


def fast_whole(cell: str) -> str:
    """The whole number of a cell that is written plainly, else null."""
    return f"case when try_cast({cell} as bigint)::varchar = {cell} then try_cast({cell} as bigint) end"


def number(text: str, decimal: str = ".", times: int | None = None) -> str:
    """A number; a percent sign is passed over. `times` multiplies it unless the sign shows that this was done."""
    bare = f"regexp_replace({rewritten(text, decimal)}, {quoted(GAP + '*%$')}, '')"
    digits = f"replace(regexp_replace({bare}, '^[(](.*)[)]$', '-\\1'), ',', '')"
    finite = let("size", f"try_cast({digits} as double)", "case when isfinite(size) then size end")
    value = f"case when regexp_full_match({bare}, {quoted(_NUMBER)}) then {finite} end"
    return f"{value} * case when ends_with({text}, '%') then 1 else {times} end" if times else value


def fast_number(cell: str, times: int | None = None) -> str:
    """The number of a cell that is written plainly, else null."""
    is_plain = f"{cell} between '-' and ':' and not contains({cell}, '_') and isfinite(try_cast({cell} as double))"
    return f"case when {is_plain} then try_cast({cell} as double){f' * {times}' if times else ''} end"
