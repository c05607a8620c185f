"""The list of all sources with their numbers: docs/sources/README.md, and the lines on it in the project's README."""

import re
from collections.abc import Mapping

from schemas.sources import FileMap, Source
from schemas.sources.canonical import SYSTEM

MADE = "<!-- Made from schemas/sources by `python -m schemas.sources.pages`; edit the TOML, not this page. -->"
NUMBERS = re.compile(r"^\*\*\d+ sources.*\n(?:.+\n)*", re.MULTILINE)


def index(sources: Mapping[str, Source]) -> str:
    """The list of all sources with their exports and what they feed."""
    lines = [
        f"| [{source.title}]({system}.md) | {', '.join(map(_export_name, source.file))} | {_feeds(source)} |"
        for system, source in sorted(sources.items(), key=lambda one: one[1].title.casefold())
        if system != SYSTEM
    ]
    parts = [
        "# Sources",
        MADE,
        "Drop a tool's export into `exports/`: it is recognised by its header, whatever it is called. Each page says "
        "what to export, what its columns become, and what is left out.",
        numbers(sources),
        "An export in *italics* is unconfirmed: no real file with its header was seen. It never wins over a confirmed "
        "one, and Bellwether says so when it matches.",
        "\n".join(["| source | exports | feeds |", "|---|---|---|", *lines]),
        f"Not here? Name your columns as [Bellwether's own tables]({SYSTEM}.md) do, or let `bellwether map FILE` "
        "propose a mapping.",
    ]
    return "\n\n".join(parts) + "\n"


def _export_name(file: FileMap) -> str:
    return f"*{file.name}*" if file.confidence == "unconfirmed" else file.name


def _feeds(source: Source) -> str:
    return ", ".join(tables_of(source))


def tables_of(source: Source) -> list[str]:
    """The canonical tables that a source feeds, in the order of its exports."""
    return list(dict.fromkeys(table.table for file in source.file for table in file.table))


def numbers(sources: Mapping[str, Source]) -> str:
    """How many tools and exports are known, and how many of these no real file has confirmed."""
    tools = [source for system, source in sources.items() if system != SYSTEM]
    files = [file for source in tools for file in source.file]
    unconfirmed = sum(file.confidence == "unconfirmed" for file in files)
    return (
        f"**{len(tools)} sources with {len(files)} exports: {len(files) - unconfirmed} confirmed, {unconfirmed} not.**"
    )


def readme_line(sources: Mapping[str, Source]) -> str:
    """The line of the project's README."""
    return (
        f"{numbers(sources)} [docs/sources](docs/sources/README.md) lists them and\n"
        "says how each column is read. One that is not confirmed follows the vendor's documentation alone; Bellwether\n"
        "says so when it matches.\n"
    )
