"""What every policy file is made of: frozen tables in which an unknown key is an error, and comparisons."""

from fractions import Fraction
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

Number = Annotated[float, BeforeValidator(lambda value: float(Fraction(value)) if isinstance(value, str) else value)]
Keys = tuple[str, ...]


class Rules(BaseModel):
    """A table of a policy file: frozen, and an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Comparison(Rules):
    """At most one of four comparisons with a value; none of them always holds."""

    over: Number | None = None
    at_least: Number | None = None
    under: Number | None = None
    at_most: Number | None = None

    @model_validator(mode="after")
    def one_at_most(self) -> Self:
        """Two comparisons in one row would hide which one counts."""
        if len(self.comparison) > 1:
            raise ValueError(f"compares twice: {', '.join(self.comparison)}")
        return self

    @property
    def comparison(self) -> dict[str, float]:
        """The comparison that is written, by its word; empty when there is none."""
        words = ("over", "at_least", "under", "at_most")
        return {word: getattr(self, word) for word in words if getattr(self, word) is not None}
