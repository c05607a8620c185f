-- One row per feed and week of the panel: whether it could be used then.
select
    feed,
    week_ending_on,
    is_expected,
    has_rows,
    first_on,
    newest_on,
    age_days,
    max_age_days,
    max_stale_days,
    state,
    window_ends_on
from intermediate.int_feed_weeks_dated
