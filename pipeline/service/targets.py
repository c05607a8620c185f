"""What is promised to each ticket: the rows of the set in force, joined to the tickets by group and priority."""

import polars as pl

from pipeline.policy.sla import ANY, EVENTS, PRIORITIES, SlaPolicy

TARGETS = {
    "group": pl.String,
    "priority": pl.String,
    "clock": pl.String,
    "hours": pl.String,
    "target": pl.Int64,
    "hours_outside": pl.String,
    "target_outside": pl.Int64,
}


def targets(policy: SlaPolicy) -> pl.DataFrame:
    """One row per group, priority and clock: the hours that count and the target in seconds, inside and outside."""
    rows = [
        (name, priority, event, *_target(policy, name, priority, event))
        for name in policy.promises.groups
        for priority in PRIORITIES
        for event in EVENTS
    ]
    return pl.DataFrame(rows, schema=TARGETS, orient="row")


def _target(policy: SlaPolicy, group: str, priority: str, event: str) -> tuple[str, int, str, int]:
    inside = policy.promises.groups[group].promised(priority, event)
    outside = inside.outside or inside
    return inside.clock, inside.seconds(policy.clocks), outside.clock, outside.seconds(policy.clocks)


def with_target(clocks: pl.DataFrame, policy: SlaPolicy) -> pl.DataFrame:
    """The clocks with what is promised; null where there is no priority, or the group has no promise."""
    by, groups = policy.promises.by, list(policy.promises.groups)
    own = pl.lit(ANY) if by == "all" else pl.col(by)
    group = pl.when(own.is_in(groups)).then(own).otherwise(pl.lit(ANY))
    keys = ["group", "priority", "clock"]
    return clocks.with_columns(group=group).join(targets(policy), on=keys, how="left", maintain_order="left")
