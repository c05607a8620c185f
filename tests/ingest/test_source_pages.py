"""The documented pages of the sources are those that their TOML makes."""

import pytest

from schemas.sources import shipped_sources
from schemas.sources.page_index import index, numbers, readme_line
from schemas.sources.pages import PAGES, ROOT, page, pages, sample_names
from schemas.tables import TABLES

MADE = pages()
REMEDY = "run `python -m schemas.sources.pages`"


@pytest.mark.parametrize("name", MADE)
def test_a_page_is_what_its_source_says(name: str) -> None:
    assert (PAGES / name).exists(), REMEDY
    assert (PAGES / name).read_text(encoding="utf-8") == MADE[name], REMEDY


def test_no_page_is_left_of_a_source_that_is_gone() -> None:
    assert {path.name for path in PAGES.glob("*.md")} == MADE.keys(), REMEDY


def test_the_readme_says_how_many_exports_are_known_and_how_many_are_not_confirmed() -> None:
    assert readme_line(shipped_sources()) in (ROOT / "README.md").read_text(encoding="utf-8"), REMEDY


def test_the_index_leads_to_every_source() -> None:
    listed = index(shipped_sources())
    assert [system for system in shipped_sources() if f"({system}.md)" not in listed] == []
    assert numbers(shipped_sources()) in listed


@pytest.mark.parametrize("system", shipped_sources())
def test_a_page_names_every_column_that_is_filled_and_every_rule_that_sets_rows_aside(system: str) -> None:
    source = shipped_sources()[system]
    text = page(source, sample_names())
    for file in source.file:
        assert f"## {file.name}\n" in text
        for table in file.table:
            assert [name for name in table.columns if f"`{name}`" not in text] == []
            assert [rule.rule for rule in table.set_aside if rule.rule.replace("_", " ") not in text] == []


def test_what_a_page_says_of_a_table_is_the_tables_own_description() -> None:
    assert TABLES["survey_responses"].description in MADE["qualtrics.md"]
