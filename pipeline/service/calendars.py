"""Working time: the windows of a clock as UTC seconds with the time worked before each, searched instead of walked.

Windows are cut at every change of the zone's offset, so an instant counts exactly when its local time lies in a window:
an hour that the clocks skip is not worked, one that they repeat is worked twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from pipeline.policy.sla import ALWAYS, DAY, Clock

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
FOREVER = 10**12
AHEAD_DAYS = 400
BEFORE_DAYS = 3


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """Windows [opens, closes) in UTC seconds, in order and apart, and the seconds worked before each opens.

    The first window is empty and lies before everything, so that every instant has one that opened before it.
    """

    opens: pl.Series
    closes: pl.Series
    done: pl.Series

    def worked(self, at: pl.Series) -> pl.Series:
        """Seconds worked from the first window to each instant; null stays null."""
        place = self._window_of(at)
        inside = pl.DataFrame([at.alias("at"), self.closes.gather(place).alias("closes")]).min_horizontal()
        return self._or_null(self.done.gather(place) + inside - self.opens.gather(place), at)

    def is_open(self, at: pl.Series) -> pl.Series:
        """Whether each instant lies in a window; null stays null."""
        return self._or_null(at.fill_null(0) < self.closes.gather(self._window_of(at)), at)

    def earliest(self, worked: pl.Series) -> pl.Series:
        """The earliest instant by which so many seconds are worked; null stays null."""
        wanted = worked.fill_null(1)
        place = (self.done.search_sorted(wanted, side="left").cast(pl.Int64) - 1).clip(0)
        return self._or_null(self.opens.gather(place) + wanted - self.done.gather(place), worked)

    def _window_of(self, at: pl.Series) -> pl.Series:
        return self.opens.search_sorted(at.fill_null(0), side="right").cast(pl.Int64) - 1

    @staticmethod
    def _or_null(values: pl.Series, like: pl.Series) -> pl.Series:
        return pl.select(pl.when(like.is_not_null()).then(values)).to_series()


def working_times(
    clocks: Mapping[str, Clock], zone: str, holidays: pl.Series, first: date, last: date
) -> dict[str, WorkingTime]:
    """The working time of every clock for tickets created from `first` on and looked at on `last`; `zone` is the
    company's, for clocks without one of their own.
    """
    days = pl.date_range(first - timedelta(days=BEFORE_DAYS), last + timedelta(days=AHEAD_DAYS), eager=True)
    times = {name: working_time(clock, clock.time_zone or zone, holidays, days) for name, clock in clocks.items()}
    return times | {ALWAYS: _of(pl.DataFrame({"opens": [-FOREVER], "closes": [FOREVER]}))}


def working_time(clock: Clock, zone: str, holidays: pl.Series, days: pl.Series) -> WorkingTime:
    """The windows that open on these local days."""
    windows = _local_windows(clock, holidays, days).join(offsets(zone, days), how="cross")
    cut = windows.select(
        opens=pl.max_horizontal(pl.col("opens") - pl.col("offset"), pl.col("from")),
        closes=pl.min_horizontal(pl.col("closes") - pl.col("offset"), pl.col("until")),
    )
    return _of(cut.filter(pl.col("opens") < pl.col("closes")).sort("opens"))


def _local_windows(clock: Clock, holidays: pl.Series, days: pl.Series) -> pl.DataFrame:
    """Windows in seconds of local time; a holiday has none that opens on it."""
    wanted = [WEEKDAYS.index(day) + 1 for day in clock.days]
    frame = pl.DataFrame({"day": days}).filter(pl.col("day").dt.weekday().is_in(wanted))
    if clock.observes_holidays:
        frame = frame.filter(~pl.col("day").is_in(holidays.implode()))
    opens = pl.col("day").cast(pl.Datetime("us")).dt.epoch("s") + _seconds(clock.opens)
    return frame.select(opens=opens, closes=opens + clock.window_seconds)


def offsets(zone: str, days: pl.Series) -> pl.DataFrame:
    """One row per stretch of UTC seconds [from, until) with one offset of the zone, in seconds east, in order."""
    around = [pl.lit(day).cast(pl.Datetime("us")) for day in (days.min(), days.max())]
    hours = pl.select(pl.datetime_range(around[0] - pl.duration(days=2), around[1] + pl.duration(days=3), "1h"))
    coarse = _offsets_at(hours.to_series(), zone)
    moved = coarse.filter(pl.col("offset") != pl.col("offset").shift(1))
    minutes = moved.select(pl.int_ranges(pl.col("at") - 3600, pl.col("at") + 60, 60).explode()).to_series()
    fine = _offsets_at((minutes * 1_000_000).cast(pl.Datetime("us")), zone)
    known = pl.concat([coarse, fine]).unique("at").sort("at")
    starts = known.filter((pl.col("offset") != pl.col("offset").shift(1)).fill_null(True))
    return starts.select("offset", pl.col("at").alias("from"), pl.col("at").shift(-1).fill_null(FOREVER).alias("until"))


def _offsets_at(at: pl.Series, zone: str) -> pl.DataFrame:
    local = at.dt.replace_time_zone("UTC").dt.convert_time_zone(zone).dt.replace_time_zone(None)
    seconds = at.dt.epoch("s")
    return pl.DataFrame({"at": seconds, "offset": local.dt.epoch("s") - seconds})


def _of(windows: pl.DataFrame) -> WorkingTime:
    before = pl.DataFrame({"opens": [-2 * FOREVER], "closes": [-2 * FOREVER]})
    rows = pl.concat([before, windows.select(pl.col("opens", "closes").cast(pl.Int64))])
    length = (pl.col("closes") - pl.col("opens")).cum_sum().shift(1).fill_null(0)
    done = rows.select(done=length).to_series()
    return WorkingTime(rows["opens"], rows["closes"], done)


def _seconds(of_day: str) -> int:
    known = time.fromisoformat(of_day)
    return known.hour * 3600 + known.minute * 60


def end_of_day(day: date, zone: str) -> int:
    """The instant at which a local day is over, in UTC seconds."""
    return int(datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)).timestamp())


__all__ = ["DAY", "WorkingTime", "end_of_day", "offsets", "working_time", "working_times"]
