"""The quarantine from the command line: what was set aside is listed, given out, corrected and taken back."""

import csv
import io
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest.correction_files import neutral, plain_again
from pipeline.ingest.corrections import cells_of, corrected_text, record_on
from pipeline.ingest.text import text_of
from tests.commanding import AS_OF, GOALS, GOOD_GOALS, Commands, acme

__all__ = ["acme"]

FILE = f"{AS_OF}/goals.csv"
UNREADABLE = 'g90,a1,"=Save, ""all""",someday\n'
SHORT = "g91,a1,Save\n"
UNNAMED = ",a1,none,2026-12-01\n"
LINES = {"unreadable": 62, "short": 63, "unnamed": 64}
BALANCE = "select rows_read, accepted, rejected, duplicates from meta.loads where table_name = 'goals'"
Edit = Callable[[dict[str, str]], None]


@pytest.fixture
def goals(acme: Commands) -> Commands:
    """A workspace whose goals have one unreadable, one broken and one nameless record at the end of sixty good ones."""
    acme.put(FILE, GOALS + GOOD_GOALS + UNREADABLE + SHORT + UNNAMED)
    assert acme("ingest", "-q").code == 0
    return acme


def exported(commands: Commands, name: str = "goals.csv") -> Path:
    path = commands.root / name
    assert commands("quarantine", "export", "--file", "goals", "-o", path).code == 0
    return path


def edited(path: Path, **edits: Edit) -> None:
    """Edit records of an exported CSV by the line they stand on, as a spreadsheet would save it."""
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    for row in rows:
        for name, edit in edits.items():
            if row["_line"] == str(LINES[name]):
                edit(row)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def set_to(**cells: str) -> Edit:
    return lambda row: row.update(cells)


def contents(commands: Commands) -> list[tuple[object, ...]]:
    return [
        *commands.rows("select * from accepted.goals order by all"),
        *commands.rows("select * from rejected.rows order by all"),
        *commands.rows("select * from meta.loads order by all"),
    ]


def test_the_list_counts_records_by_file_table_and_rule(goals: Commands) -> None:
    said = goals("quarantine", "list")
    assert [line.split()[:3] for line in said.out.splitlines()[1:]] == [
        ["1", "goals", "broken_record"],
        ["1", "goals", "required"],
        ["1", "goals", "unreadable"],
    ]
    counted = goals("quarantine", "list", "--json", "--rule", "unreadable").result
    assert [(row["path"], row["records"], row["columns"]) for row in counted] == [(FILE, 1, "due_on")]
    assert goals("quarantine", "list", "--table", "contracts").out == "nothing is in the quarantine\n"


def test_show_says_line_column_value_rule_remedy_and_the_record(goals: Commands) -> None:
    [reason] = goals("quarantine", "show", "--json", "--rule", "unreadable").result
    assert (reason["line"], reason["column_name"], reason["value"]) == (62, "due_on", "someday")
    assert '=Save, \\"all\\"' in reason["row_json"]
    assert "line 63" in goals("quarantine", "show", "--rule", "broken_record").out


def test_an_export_has_the_reasons_first_and_then_the_files_own_columns(goals: Commands) -> None:
    rows = list(csv.reader(io.StringIO(goals("quarantine", "export", "--file", "goals").out)))
    assert rows[0] == [
        *("_file_id", "_path", "_line", "_rule", "_column", "_value", "_remedy", "_raw"),
        *("goal_id", "account_id", "goal", "due_on"),
    ]
    assert rows[1][1:6] == [FILE, "62", "unreadable", "due_on", "someday"]
    assert rows[1][8:] == ["g90", "a1", '\'=Save, "all"', "someday"]
    assert (rows[2][7], rows[2][8:]) == ("g91,a1,Save", ["", "", "", ""])


def test_what_comes_back_unedited_changes_nothing(goals: Commands) -> None:
    before, journal = contents(goals), (goals.root / "archive" / "journal.jsonl").read_bytes()
    said = goals("replay", exported(goals))
    assert (said.code, said.out) == (0, "nothing was corrected\n")
    assert contents(goals) == before
    assert (goals.root / "archive" / "journal.jsonl").read_bytes() == journal


def test_correcting_one_cell_moves_exactly_that_row(goals: Commands) -> None:
    before = goals.rows("select file_id, line, rule from rejected.rows order by line")
    path = exported(goals)
    edited(path, unreadable=set_to(due_on="2026-11-01"))
    [outcome] = goals("replay", path, "--json").result["corrected"]
    assert (outcome["line"], outcome["columns"], outcome["is_accepted"]) == (62, ["due_on"], True)
    assert goals.rows("select file_id, line, rule from rejected.rows order by line") == before[1:]
    moved = goals.rows("select _file_id, _line, goal, due_on::varchar from accepted.goals where goal_id = 'g90'")
    assert moved == [(before[0][0], 62, '=Save, "all"', "2026-11-01")]
    assert goals.rows(BALANCE) == [(63, 61, 2, 0)]


def test_a_broken_record_is_corrected_in_its_raw_text_or_in_its_columns(goals: Commands) -> None:
    path = exported(goals)
    edited(path, short=set_to(_raw="g91,a1,Save,2026-12-24"), unnamed=set_to(goal_id="g92"))
    assert goals("replay", path).out.startswith("2 corrected: 2 accepted, 0 still set aside")
    assert goals.rows("select _line, goal_id from accepted.goals where _line > 61 order by all") == [
        (63, "g91"),
        (64, "g92"),
    ]


def test_a_row_that_is_still_bad_stays_with_the_new_reason(goals: Commands) -> None:
    path = exported(goals)
    edited(path, unreadable=set_to(due_on="next year"))
    [outcome] = goals("replay", path, "--json").result["corrected"]
    assert [reason["value"] for reason in outcome["reasons"]] == ["next year"]
    again = exported(goals, "again.csv")
    edited(again, unreadable=set_to(due_on="2026-11-01"))
    assert "1 accepted" in goals("quarantine", "replay", again).out


def test_a_correction_survives_the_loss_of_the_warehouse_byte_for_byte(goals: Commands) -> None:
    path = exported(goals)
    edited(path, unreadable=set_to(due_on="2026-11-01"), short=set_to(_raw="g91,a1,Save,2026-12-24"))
    goals("replay", path)
    before = contents(goals)
    shutil.rmtree(goals.root / "var")
    assert goals("ingest", "-q").code == 0
    assert contents(goals) == before


def test_only_the_files_of_the_corrected_tool_are_read_again(goals: Commands) -> None:
    days = "tenant_id,date,feature,active_users,event_count\n" + "t1,2026-06-25,reports,3,40\n"
    goals.put(f"{AS_OF}/usage_daily_{AS_OF}.csv", days)
    goals("ingest", "-q")
    path = exported(goals)
    edited(path, unreadable=set_to(due_on="2026-11-01"))
    said = goals("replay", path)
    assert "ingest: canonical goals" in said.err
    assert "ingest: product" not in said.err
    assert goals.rows("select count(*) from accepted.usage_daily") == [(1,)]


def test_a_later_export_of_the_record_still_wins(goals: Commands) -> None:
    goals.put("2026-06-30/goals.csv", GOALS + GOOD_GOALS + "g90,a1,Grow,2027-01-01\n")
    goals("ingest", "-q")
    path = exported(goals)
    edited(path, unreadable=set_to(due_on="2026-11-01"))
    goals("replay", path)
    newest = "select arg_max(goal, _extracted_at), count(*) from accepted.goals where goal_id = 'g90'"
    assert goals.rows(newest) == [("Grow", 2)]


def test_a_file_that_was_over_the_limit_is_applied_once_it_is_corrected(acme: Commands) -> None:
    acme.put(FILE, GOALS + GOOD_GOALS[: GOOD_GOALS.index("g9,")] + UNREADABLE + "g99,a1,Save,2026-12-01\n")
    assert acme("ingest", "-q").code == 3
    assert "not applied" in acme("quarantine", "list").out
    path = exported(acme)
    rows = path.read_text(encoding="utf-8-sig").replace('"someday"\n', '"2026-11-01"\n')
    path.write_text(rows, encoding="utf-8")
    assert acme("replay", path).code == 0
    assert acme.rows("select count(*) from accepted.goals") == [(10,)]


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_a_spreadsheets_own_delimiter_and_encoding_do_not_matter(goals: Commands, encoding: str) -> None:
    path = exported(goals)
    rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    rows[1][-1] = "2026-11-01"
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";").writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    assert "1 accepted" in goals("replay", path).out


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (set_to(_value="2026-11-01"), "under due_on"),
        (set_to(_line="sixty"), "_line"),
        (set_to(_raw="a,b", goal_id="", account_id="", goal="", due_on=""), "2 fields"),
    ],
)
def test_a_correction_in_the_wrong_place_is_refused_with_the_right_one(goals: Commands, edit: Edit, said: str) -> None:
    path = exported(goals)
    edited(path, unreadable=edit)
    refused = goals("replay", path)
    assert refused.code == 2
    assert said in refused.err
    assert "Traceback" not in refused.err


def test_a_csv_that_is_no_export_and_a_place_that_is_taken_are_refused(goals: Commands) -> None:
    other = goals.root / "exports" / AS_OF / "accounts.csv"
    assert "quarantine export" in goals("replay", other).err
    assert goals("replay", goals.root / "nothing.csv").code == 2
    path = exported(goals)
    assert "exists already" in goals("quarantine", "export", "-o", path).err


def test_several_files_go_into_a_folder(goals: Commands) -> None:
    goals.put("2026-06-19/goals.csv", GOALS + GOOD_GOALS + UNREADABLE)
    goals("ingest", "-q")
    assert goals("quarantine", "export").code == 2
    written = goals("quarantine", "export", "-o", goals.root / "wrong", "--json").result
    assert [(row["file"], row["records"]) for row in written] == [("2026-06-19/goals.csv", 1), (FILE, 3)]
    assert all(Path(row["path"]).is_file() for row in written)


@given(st.text())
def test_a_neutralised_cell_comes_back_to_the_letter(cell: str) -> None:
    assert plain_again(neutral(cell)) == cell


@pytest.mark.parametrize("cell", ["=1+1", "+cmd", "-2+3", "@SUM(A1)", ' "=1"', "\t=1", "＝1", "'quoted"])
def test_what_a_spreadsheet_would_run_is_written_as_text(cell: str) -> None:
    assert neutral(cell).startswith("'")
    assert neutral("-12.5") == "-12.5"


def test_corrected_records_keep_their_lines_around_inserted_and_many_lined_ones(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text('a,b\n1,"x\ny"\n2,z\n\n3,w\n4,v')
    text = corrected_text(text_of(path), {2: ("1", "new\nline"), 6: ("3", 'say "w"')})
    assert [cells_of(text.records, number) for number in range(text.records.count)] == [
        ("a", "b"),
        ("1", "new\nline"),
        ("2", "z"),
        ("3", 'say "w"'),
        ("4", "v"),
    ]
    assert [record_on(text.records, line) for line in (1, 2, 3, 4, 5, 6, 7)] == [0, 1, None, 2, None, 3, 4]


def test_a_damaged_line_becomes_a_record_where_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text('a,b,c\n1,x,y\n"2","z"z","u\n3,z,z\n4,v,v\n')
    text = text_of(path)
    assert [one.line for one in text.damaged] == [3]
    mended = corrected_text(text, {3: ("2", "z", "u")})
    assert [cells_of(mended.records, number)[0] for number in range(mended.records.count)] == ["a", "1", "2", "3", "4"]
    assert [record_on(mended.records, line) for line in (2, 3, 4, 5)] == [1, 2, 3, 4]
    assert mended.damaged == ()


def test_more_than_a_person_corrects_is_refused_with_advice(goals: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.cli.replay.BY_HAND", 1)
    refused = goals("quarantine", "export", "--file", "goals", "-o", goals.root / "goals.csv")
    assert refused.code == 2
    assert "3 reasons are too many to be corrected by hand" in refused.err
    assert "--rule" in refused.err
    assert not (goals.root / "goals.csv").exists()
