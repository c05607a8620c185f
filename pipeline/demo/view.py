"""The story as one export sees it."""

from dataclasses import dataclass

from pipeline.demo.deals import Contract
from pipeline.demo.people import Contact
from pipeline.demo.story import Story


@dataclass(frozen=True, slots=True)
class View:
    """The story as one export sees it: up to a day, with the people and contracts at hand."""

    story: Story
    cut: int
    people: dict[int, list[Contact]]
    contracts: dict[int, list[Contract]]


def visible_contracts(view: View, account: int) -> list[Contract]:
    """Contracts of an account that are in the CRM on the day: signed, or running before the paper is back."""
    return [c for c in view.contracts.get(account, []) if min(c.signed, c.starts) <= view.cut]
