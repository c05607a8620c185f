"""Cells as Notion writes them: long dates, relations with their paths, running ids."""

from urllib.parse import quote

from pipeline.demo.days import NEVER, to_date
from pipeline.demo.ids import hex_id
from pipeline.demo.view import View


def database_file(title: str) -> str:
    """File name of a database without its ending."""
    return f"{title} {hex_id('database', title)}"


def long_date(day: int, until: int = NEVER - 1) -> str:
    """`April 13, 2024`; empty when the day is not known yet."""
    if day > until:
        return ""
    date = to_date(day)
    return f"{date:%B} {date.day}, {date.year}"


def relation(database: str, name: str, *key: object) -> str:
    """A relation cell: the page's name and its path."""
    folder = quote(database_file(database))
    return f"{name} ({folder}/{quote(name.replace('/', ' '))}%20{hex_id(database, *key)}.md)"


def customer(view: View, account: int) -> str:
    """The relation to a customer's page."""
    return relation("Customer Accounts", view.story.accounts[account].name, account)


def plan_id(account: int) -> str:
    """Notion's running id of a plan."""
    return f"PLAN-{account + 1}"


def plan_name(view: View, account: int) -> str:
    """Title of a plan."""
    return f"{view.story.accounts[account].name} rollout"
