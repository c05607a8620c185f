"""Small charts without a chart library: the geometry of lines and bars, which a template macro draws as inline SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

LEFT, RIGHT, TOP, BOTTOM = 34.0, 12.0, 18.0, 20.0


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on a small chart with its text."""

    x: float
    y: float
    text: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, light where it is still growing."""

    x: float
    y: float
    width: float
    height: float
    text: str
    is_partial: bool


@dataclass(frozen=True, slots=True)
class Plot:
    """What a macro needs to draw: the frame, value lines, labels, and a path or bars."""

    width: float
    height: float
    across: tuple[Mark, ...]
    below: tuple[Mark, ...]
    path: str = ""
    area: str = ""
    first: Mark | None = None
    last: Mark | None = None
    bars: tuple[Bar, ...] = ()


def line_plot(points: Sequence[tuple[date, float | None]], width: float = 560, height: float = 190) -> Plot | None:
    """A line over time from zero, month names below, first and last value written; None under two known points."""
    known = [(day, value) for day, value in points if value is not None]
    if len(known) < 2:
        return None
    top = _round_up(max(value for _, value in known))
    start, span = known[0][0], max(1, (known[-1][0] - known[0][0]).days)
    inner, tall = width - LEFT - RIGHT, height - TOP - BOTTOM

    def place(day: date, value: float) -> tuple[float, float]:
        return LEFT + inner * (day - start).days / span, TOP + tall * (1 - value / top)

    spots = [place(*point) for point in known]
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in spots)
    ground = TOP + tall
    area = f"{path}L{spots[-1][0]:.1f} {ground:.1f}L{spots[0][0]:.1f} {ground:.1f}Z"
    return Plot(
        width,
        height,
        _value_lines(top, tall),
        _month_marks(start, known[-1][0], inner, span, height),
        path,
        area,
        Mark(*spots[0], _plain(known[0][1])),
        Mark(*spots[-1], _plain(known[-1][1])),
    )


def bar_plot(bars: Sequence[tuple[str, float, bool]], width: float = 560, height: float = 170) -> Plot | None:
    """A bar for each (label, value, is_partial); None when there is nothing to draw."""
    if not bars or not any(value for _, value, _ in bars):
        return None
    top = _round_up(max(value for _, value, _ in bars))
    inner, tall = width - LEFT - RIGHT, height - TOP - BOTTOM
    step = inner / len(bars)
    drawn = tuple(
        Bar(
            LEFT + step * index + step * 0.18,
            TOP + tall * (1 - value / top),
            step * 0.64,
            tall * value / top,
            _plain(value),
            partial,
        )
        for index, (_, value, partial) in enumerate(bars)
    )
    every = max(1, round(len(bars) / 7))
    below = tuple(
        Mark(LEFT + step * (index + 0.5), height - 5, label)
        for index, (label, _, _) in enumerate(bars)
        if index % every == 0
    )
    return Plot(width, height, _value_lines(top, tall), below, bars=drawn)


def spark_path(values: Sequence[float | None], width: float = 80, height: float = 18) -> str:
    """The path of a sparkline scaled to its own range; empty under two known values, level when flat."""
    known = [(index, value) for index, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return ""
    low, high = min(value for _, value in known), max(value for _, value in known)
    span, last = (high - low) or 1.0, len(values) - 1
    flat = high == low
    spots = [
        (width * index / last, height / 2 if flat else 1.5 + (height - 3) * (1 - (value - low) / span))
        for index, value in known
    ]
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in spots)


def _value_lines(top: float, tall: float) -> tuple[Mark, ...]:
    return tuple(Mark(LEFT - 6, TOP + tall * (1 - part / 2), _plain(top * part / 2)) for part in (0, 1, 2))


def _month_marks(start: date, end: date, inner: float, span: int, height: float) -> tuple[Mark, ...]:
    months = max(1, (end.year - start.year) * 12 + end.month - start.month)
    every = max(1, -(-months // 6))
    marks = []
    for shift in range(1, months + 1, every):
        index = start.year * 12 + start.month - 1 + shift
        first = date(index // 12, index % 12 + 1, 1)
        if first <= end:
            marks.append(Mark(LEFT + inner * (first - start).days / span, height - 5, f"{first:%b %y}"))
    return tuple(marks)


def _round_up(value: float) -> float:
    if value <= 0:
        return 2.0
    size = 10.0 ** (len(str(int(value))) - 1)
    steps = (1, 1.2, 1.6, 2, 3, 4, 5, 6, 8, 10)
    rounded: float = next(step * size for step in steps if step * size >= value)
    return max(2.0, rounded)


def _plain(value: float) -> str:
    if value >= 10_000:
        return f"{value / 1000:.0f}K"
    return f"{value:,.0f}" if value == int(value) or value >= 100 else f"{value:.1f}"
