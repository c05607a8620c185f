"""What a run left behind, as text: pages, prints, presentations, workbooks, tables, messages, and the names of files."""

import io
import re
import zipfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import polars as pl
import pypdf

MARKUP = re.compile(r"<style>.*?</style>|<script>.*?</script>", re.DOTALL)


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """(name, text) of every file below a folder, hidden files apart; the name is part of the text."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not name.startswith("."):
            yield name, f"{name}\n{text_in(path)}"


def text_in(path: Path) -> str:
    """Everything that can be read out of one file; of a page without our own styles and scripts."""
    if path.suffix == ".pdf":
        return print_text(path)
    if path.suffix == ".parquet":
        return pl.read_parquet(path).write_ndjson()
    if path.suffix in (".xlsx", ".pptx"):
        return "\n".join(archive_texts(path.read_bytes()))
    text = path.read_text(encoding="utf-8")
    return unescape(MARKUP.sub("", text)) if path.suffix == ".html" else text


def print_text(path: Path) -> str:
    """Words, properties, bookmarks and links of a PDF."""
    reader = pypdf.PdfReader(path)
    pages = [page.extract_text() for page in reader.pages]
    return "\n".join([*pages, str(reader.metadata), *links_in(reader), str(reader.outline)])


def links_in(reader: pypdf.PdfReader) -> list[str]:
    """Where the links of a PDF lead that leave it."""
    notes = [note.get_object() for page in reader.pages for note in page.get("/Annots") or []]
    actions = [note["/A"].get_object() for note in notes if "/A" in note]
    return [str(action.get("/URI", action.get("/S"))) for action in actions]


def archive_texts(body: bytes) -> Iterator[str]:
    """The parts of an Office file, those of files inside it too."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        for name in archive.namelist():
            part = archive.read(name)
            if name.endswith(".xlsx"):
                yield from archive_texts(part)
            elif name.endswith((".xml", ".rels")):
                yield unescape(part.decode("utf-8"))
