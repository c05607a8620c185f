"""policy/kpis.toml: the figures the team is measured by, with their targets."""

from pipeline.policy.rules import Comparison


class Kpi(Comparison):
    """A figure with its target; without a comparison it has none."""

    label: str
    metric: str
    unit: str
    source: str

    @property
    def target(self) -> float | None:
        """The value to reach, or None."""
        return next(iter(self.comparison.values()), None)

    def is_met(self, value: float | None) -> bool | None:
        """Whether the target is met; None when either is not known."""
        if value is None or self.target is None:
            return None
        compare = {"over": value > self.target, "at_least": value >= self.target, "under": value < self.target}
        return compare.get(next(iter(self.comparison)), value <= self.target)
