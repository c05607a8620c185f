"""A page for each source, made from its TOML: what to export, what each column becomes, what is left out.

`python -m schemas.sources.pages` writes docs/sources and the line with the numbers in README.md.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from schemas.sources import FileMap, Source, TableMap, shipped_sources
from schemas.sources.canonical import SYSTEM
from schemas.sources.page_index import MADE, NUMBERS, index, readme_line, tables_of
from schemas.sources.wording import Reading, account_words, all_of, code, either, readings
from schemas.tables import TABLES

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "sources"
SAMPLES = ROOT / "tests" / "ingest" / "samples"
OUTCOME = ".expect.txt"
REQUIRED = " \\*"
STAR = "In a header, `*` stands for any text. Upper and lower case and spaces do not matter."
CONFIDENCE = {
    "confirmed": "**Confirmed.** Real files or the vendor's documentation have this header.",
    "unconfirmed": (
        "**Unconfirmed.** No real file with this header was seen: it follows the vendor's labels and documentation. "
        "When it matches, Bellwether says so. Check the columns once with `bellwether doctor FILE`."
    ),
}


def pages() -> dict[str, str]:
    """Every page by its file name, README.md among them."""
    sources, samples = shipped_sources(), sample_names()
    return {f"{system}.md": page(source, samples) for system, source in sources.items()} | {"README.md": index(sources)}


def sample_names() -> dict[str, list[str]]:
    """The sample files of each export, by `system export`."""
    names: dict[str, list[str]] = {}
    for path in sorted(SAMPLES.glob(f"*/*{OUTCOME}")):
        first = path.read_text(encoding="utf-8").splitlines()[0]
        sample = f"{path.parent.name}/{path.name.removesuffix(OUTCOME)}"
        names.setdefault(first.removeprefix("file:").strip(), []).append(sample)
    return names


def page(source: Source, samples: Mapping[str, Sequence[str]]) -> str:
    """The page of one source."""
    feeds = ", ".join(f"`{name}`" for name in tables_of(source))
    parts = [
        f"# {source.title}",
        MADE,
        f"Feeds {feeds}.",
        _bullets(source.notes),
        _heading("Vendor pages", _bullets(f"<{address}>" for address in source.docs)),
        STAR if any("*" in name for name in _headers(source)) else "",
        *_overview(source),
        *(part for file in source.file for part in _export(source, file, samples)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _headers(source: Source) -> Iterator[str]:
    for file in source.file:
        yield from file.identified_by
        for table in file.table:
            yield from (name for column in table.columns.values() for name in (*column.from_, *column.named_by))


def _overview(source: Source) -> Iterator[str]:
    if source.aliases:
        lines = [f"- {code(name)}: also {either(others)}" for name, others in source.aliases.items()]
        yield _heading("Other spellings of headers", "\n".join(lines))
    if source.nulls:
        yield f"These spellings mean an empty cell: {', '.join(code(one) for one in source.nulls)}."


def _export(source: Source, file: FileMap, samples: Mapping[str, Sequence[str]]) -> Iterator[str]:
    yield f"## {file.name}"
    yield CONFIDENCE[file.confidence] if source.system != SYSTEM else ""
    yield _bullets(file.notes)
    yield f"Known by its headers {', '.join(code(name) for name in file.identified_by)}.{_header_rows(file)}"
    for place, table in enumerate(file.table):
        above = next((other for other in file.table[:place] if other.table == table.table), None)
        yield from _table(source, table, above)
    yield _left_out(file)
    found = samples.get(f"{source.system} {file.name}", [])
    yield f"Sample: {', '.join(code(name) for name in found)}" if found else ""


def _header_rows(file: FileMap) -> str:
    if file.header_rows == 1:
        return ""
    joined = " The names are `question / choice`; a blank question goes on." if file.joined_header else ""
    return f" The header takes {file.header_rows} rows.{joined}"


def _table(source: Source, table_map: TableMap, above: TableMap | None) -> Iterator[str]:
    """What becomes of the rows; of a table that stands `above` already, only what is different."""
    table = TABLES[table_map.table]
    yield f"### Becomes `{table.name}`{' in other rows' if above else ''}"
    yield " ".join(_about(source, table_map))
    rows = [
        (f"`{name}`" + (REQUIRED if name in table.required else ""), list(readings(column, name, table, source)))
        for name in table.columns
        if (column := table_map.columns.get(name)) and not (above and above.columns.get(name) == column)
    ]
    lines = [f"| {name} | {_lines(map(_theirs, ways))} | {_lines(map(_how, ways))} |" for name, ways in rows]
    yield "\n".join(["| Bellwether | your file | read as |", "|---|---|---|", *lines])
    if above and len(rows) < len(table_map.columns):
        yield "The other columns are read as above."
    if not above or above.set_aside != table_map.set_aside:
        yield _set_aside(table_map)


def _about(source: Source, table_map: TableMap) -> Iterator[str]:
    table = TABLES[table_map.table]
    yield table.description
    if table_map.where:
        yield f"Only rows where {all_of(table_map.where)}."
    if table.account_column and source.system != SYSTEM:
        yield f"The account is found {account_words(table_map, source)}."
    if table_map.deleted:
        yield f"A row counts as deleted where {all_of(table_map.deleted)}."
    if table_map.is_full:
        yield "Each export holds every record: one that is missing from the newest was deleted."
    if table.name == "usage_events":
        yield SLICES[table_map.slice]
    if table_map.updated_at:
        yield f"Of two rows of one key the later by {either(table_map.updated_at.from_)} stands."
    yield f"Columns with{REQUIRED} must be filled."


SLICES = {
    "event_day": "The newest export of a day replaces what older ones said about that day.",
    "upload": "The files of a day are united; an event that is in two of them counts once.",
}


def _theirs(way: Reading) -> str:
    return ", else ".join(code(name) for name in way.headers) or "–"


def _how(way: Reading) -> str:
    return f"{way.when}: {way.how}" if way.when else way.how


def _lines(texts: Iterable[str]) -> str:
    """The lines of a table cell; a bar would end it."""
    return "<br>".join(text.replace("|", "\\|") for text in texts)


def _set_aside(table_map: TableMap) -> str:
    rules = [
        f"- **{rule.rule.replace('_', ' ')}**: {all_of(rule.where)}. {rule.remedy}".rstrip()
        for rule in table_map.set_aside
    ]
    return "\n".join(["Set aside, because they are no facts:", "", *rules]) if rules else ""


def _left_out(file: FileMap) -> str:
    lines = []
    if file.footer:
        lines.append(f"- Lines at the end that are no rows look like {either(file.footer)}.")
    if file.drop:
        lines.append(f"- **Personal, never stored:** {', '.join(code(name) for name in file.drop)}")
    if file.hash:
        lines.append(f"- **Personal, kept as a code only:** {', '.join(code(name) for name in file.hash)}")
    if file.ignored:
        lines.append(f"- Known and left out: {', '.join(code(name) for name in file.ignored)}")
    return "\n".join(lines)


def _heading(title: str, text: str) -> str:
    return f"## {title}\n\n{text}" if text else ""


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def write() -> None:
    """Write the pages, remove those of sources that are gone, and renew the line in README.md."""
    PAGES.mkdir(parents=True, exist_ok=True)
    made = pages()
    for path in PAGES.glob("*.md"):
        if path.name not in made:
            path.unlink()
    for name, text in made.items():
        (PAGES / name).write_text(text, encoding="utf-8")
    readme = ROOT / "README.md"
    text = NUMBERS.sub(readme_line(shipped_sources()), readme.read_text(encoding="utf-8"), count=1)
    readme.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
