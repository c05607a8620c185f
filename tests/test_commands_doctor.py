"""`doctor FILE` explains how a file would be read, and loads nothing."""

from tests.commanding import AS_OF, GOALS, GOOD_GOALS, Commands, acme

__all__ = ["acme"]


def test_a_good_file_is_explained_column_by_column(acme: Commands) -> None:
    path = acme.put(f"{AS_OF}/goals.csv", "\ufeff" + (GOALS + GOOD_GOALS).replace(",", ";") + "g99;a1;;someday\n")
    said = acme("doctor", path, "--json")
    [look] = said.result
    assert (said.code, look["status"], look["source"], look["export"]) == (0, "would be loaded", "canonical", "goals")
    assert (look["encoding"], look["delimiter"], look["records"], look["header_line"]) == ("utf-8", ";", 61, 1)
    assert look["certainty"] == "100% of the headers that mark it, 100% of the columns known"
    assert look["exported_at"] == f"{AS_OF}T04:00:00"
    columns = {column["header"]: column for column in look["columns"]}
    assert (columns["due_on"]["fills"], columns["due_on"]["kind"]) == (["goals.due_on"], "date")
    assert (columns["due_on"]["unreadable"], columns["due_on"]["first_unreadable_line"]) == (1, 62)
    assert columns["goal"]["empty"] == 1
    assert (look["counts"][0]["rows_read"], look["counts"][0]["accepted"]) == (61, 60)
    assert (look["rejects"][0]["rule"], look["rejects"][0]["first_value"]) == ("unreadable", "someday")


def test_people_get_the_same_in_lines(acme: Commands) -> None:
    path = acme.put(f"{AS_OF}/goals.csv", GOALS.replace("goal,", "goal,Mood,") + "g1,a1,Save,calm,2026-12-01\n")
    said = acme("doctor", path).out
    assert "would be loaded" in said
    assert "not mapped    Mood" in said
    assert "canonical goals (confirmed)" in said
    assert "80% of the columns known" in said


def test_how_a_column_was_decided_is_told(acme: Commands) -> None:
    rows = "".join(f"g{day},a1,Save,{day}/03/2026\n" for day in range(1, 29))
    [look] = acme("doctor", acme.put("goals.csv", GOALS + rows), "--json").result
    due = next(column for column in look["columns"] if column["header"] == "due_on")
    assert (due["unreadable"], "day first: 16 of" in due["how"]) == (0, True)


def test_nothing_is_loaded_and_nothing_left_behind(acme: Commands) -> None:
    acme("doctor", acme.root / "exports" / AS_OF / "accounts.csv")
    assert not (acme.root / "archive").exists()
    assert list((acme.root / "var").iterdir()) == []


def test_a_file_that_would_not_be_loaded_ends_with_3_and_the_reason(acme: Commands) -> None:
    unknown = acme("doctor", acme.put("lunch.csv", "dish,price\nsoup,4.50\n"))
    assert (unknown.code, "unknown" in unknown.out) == (3, True)
    lacking = acme("doctor", acme.put("contracts.csv", "contract_id,account_id,arr\nc1,a1,10\n"))
    assert (lacking.code, "starts_on" in lacking.out) == (3, True)
    bad = acme("doctor", acme.put("goals.csv", GOALS + "g1,a1,Save,someday\n"))
    assert (bad.code, "over the limit of 5%" in bad.out) == (3, True)


def test_a_file_outside_the_workspace_is_explained_too(acme: Commands) -> None:
    path = acme.root.parent / "goals.csv"
    path.write_text(GOALS + GOOD_GOALS)
    assert acme("doctor", path).code == 0
    assert acme("doctor", acme.root.parent / "nothing.csv").code == 2
