"""Contacts at the customers: who they are, which part they play, when they came and when they left."""

from dataclasses import dataclass

from pipeline.demo.company import FIRST_NAMES, LAST_NAMES, Account, ascii_text
from pipeline.demo.days import NEVER
from pipeline.demo.dice import Dice
from pipeline.demo.story import Story

TITLES = {
    "Champion": ("Operations Manager", "Inventory Lead", "Supply Chain Manager"),
    "Executive Sponsor": ("COO", "VP Operations", "Managing Director"),
    "Technical Lead": ("IT Manager", "Systems Architect", "ERP Lead"),
    "Finance": ("Controller", "AP Manager", "Procurement Lead"),
    "User": ("Warehouse Supervisor", "Buyer", "Stock Planner", "Analyst"),
}
KEY_ROLES = ("Champion", "Executive Sponsor", "Technical Lead")


@dataclass(frozen=True, slots=True)
class Contact:
    """One person at a customer; `number` counts inside the account, days are day numbers."""

    account: int
    number: int
    role: str
    first: str
    last: str
    title: str
    email: str
    joined: int
    departed: int = NEVER

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first} {self.last}"

    @property
    def key(self) -> int:
        """A number that stays the same in every export."""
        return self.account * 64 + self.number


def met(story: Story) -> list[Contact]:
    """All contacts of all accounts, in the order in which they joined."""
    return [contact for account in story.accounts for contact in _of_account(story, account)]


def _of_account(story: Story, account: Account) -> list[Contact]:
    roles = ["Champion", "Executive Sponsor", "Technical Lead", "Finance", "User", "User", "User"]
    count = {"enterprise": 7, "mid_market": 6, "smb": 4}[account.segment]
    joined = min(account.since, account.starts)
    if account.is_prospect:
        roles, count = ["Champion", "Finance"], 2
    if account.is_self_serve:
        roles, count = ["Champion", "Technical Lead", "User"], 3
    people = [_contact(story.dice, account, n, role, joined) for n, role in enumerate(roles[:count])]
    return people if account.is_prospect else _with_departures(story, account, people)


def _contact(dice: Dice, account: Account, number: int, role: str, joined: int) -> Contact:
    first = dice.pick(FIRST_NAMES, "first name", account.index, number)
    last = LAST_NAMES[(dice.between(0, 7, "last name", account.index) + 5 * number) % len(LAST_NAMES)]
    title = dice.pick(TITLES[role], "title", account.index, number)
    email = ascii_text(f"{first}.{last}".lower()) + f"@{account.domain}"
    return Contact(account.index, number, role, first, last, title, email, joined)


def _with_departures(story: Story, account: Account, people: list[Contact]) -> list[Contact]:
    """Key people leave in the weeks that the hidden life says; three in four are replaced within ten weeks."""
    dice, i = story.dice, account.index
    weeks = [week for week in range(story.life.departures.shape[1]) if story.life.departures[i, week]]
    for week in weeks[:12]:
        day = story.life.first_day + 7 * week + dice.between(0, 4, "leaving day", i, week)
        role = KEY_ROLES[dice.weighted([0.5, 0.2, 0.3], "who leaves", i, week)]
        holder = next((n for n, c in enumerate(people) if c.role == role and c.joined < day < c.departed), None)
        if holder is None or day <= account.starts:
            continue
        people[holder] = _departed(people[holder], day)
        if dice.roll("replaced", i, week) < 0.75:
            starts = day + dice.between(14, 70, "replaced when", i, week)
            people.append(_contact(dice, account, len(people), role, starts))
    return people


def _departed(contact: Contact, day: int) -> Contact:
    return Contact(
        contact.account, contact.number, contact.role, contact.first, contact.last, contact.title, contact.email,
        contact.joined, day,
    )  # fmt: skip


def holder(people: list[Contact], role: str, day: int) -> Contact | None:
    """Who plays the part on the day, from the contacts of one account."""
    return next((c for c in people if c.role == role and c.joined <= day < c.departed), None)


def by_account(contacts: list[Contact]) -> dict[int, list[Contact]]:
    """Contacts grouped by account."""
    groups: dict[int, list[Contact]] = {}
    for contact in contacts:
        groups.setdefault(contact.account, []).append(contact)
    return groups
