"""How new every feed is, as the last build found it: the answer of `bellwether freshness`."""

from datetime import date
from typing import Any

from pipeline.errors import RunFailed, UsageError
from pipeline.warehouse import Warehouse

LATEST = """
    select feed, state, is_expected, has_rows, newest_on, age_days, max_age_days, max_stale_days, week_ending_on
    from marts.feed_weeks
    where week_ending_on = (select max(week_ending_on) from marts.feed_weeks)
    order by feed
"""


def feeds_as_built(warehouse: Warehouse, wanted: date | None = None) -> tuple[date, list[dict[str, Any]]]:
    """The day the marts are built for, and one row per feed: state, newest_on, age_days and the ages it may have.

    A feed without an age never ages. Raises RunFailed before the first build, UsageError when `wanted` is another day.
    """
    if not warehouse.has("marts.feed_weeks"):
        raise RunFailed("the marts are not built", "Run `bellwether build` first.")
    feeds = warehouse.frame(LATEST).to_dicts()
    if not feeds:
        raise RunFailed("the marts hold no week", "Run `bellwether build` again.")
    day: date = feeds[0].pop("week_ending_on")
    for feed in feeds[1:]:
        del feed["week_ending_on"]
    if wanted not in (None, day):
        raise UsageError(
            f"the marts are built for {day}, not for {wanted}", f"Run `bellwether build --as-of {wanted}` first."
        )
    return day, feeds
