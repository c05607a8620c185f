"""What our reader makes of polluted files: nothing is lost without a word, and most of it is read."""

import re
from collections import Counter
from pathlib import Path

import pytest

from bench.csv_robustness.cases import Case, cases_in, kind_of, weights_of
from bench.csv_robustness.measures import Loaded, loses_silently, measured
from bench.csv_robustness.pollute import write_set
from bench.csv_robustness.readers import ours

Results = list[tuple[Case, Loaded]]
LINE_KINDS = re.compile(r"row_(?:more_sep_row|less_sep_row|extra_quote|n_fields_|field_delimiter_)(\d+)")
UNDECIDABLE = ("row_quotation_mark", "file_multitable_same", "row_n_fields_0")


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> list[Case]:
    """The polluted files."""
    folder = tmp_path_factory.mktemp("polluted")
    write_set(folder)
    return list(cases_in(folder))


@pytest.fixture(scope="module")
def declared(cases: list[Case]) -> Results:
    """What comes of them when the dialect is declared."""
    return [(case, ours(case, False)) for case in cases]


@pytest.fixture(scope="module")
def automatic(cases: list[Case]) -> Results:
    """What comes of them when nothing is."""
    return [(case, ours(case, True)) for case in cases]


@pytest.fixture(params=["declared", "automatic"])
def results(request: pytest.FixtureRequest) -> Results:
    """Both, one after the other."""
    found: Results = request.getfixturevalue(request.param)
    return found


def score(results: Results, *, lenient: bool) -> float:
    return sum(sum(measured(case.clean, one, lenient=lenient)) for case, one in results) / len(results)


def test_the_set_holds_more_than_two_hundred_files_of_sixty_kinds(cases: list[Case]) -> None:
    assert len(cases) >= 200
    assert len({kind_of(case.name) for case in cases}) >= 60


def test_no_record_is_lost_silently(results: Results) -> None:
    assert [case.name for case, one in results if loses_silently(case.clean, one)] == []


def test_at_least_nine_files_in_ten_are_accepted_in_whole_or_in_part(results: Results) -> None:
    refused = [case.name for case, one in results if one.rows is None or (len(one.rows) < 2 < len(case.clean))]
    assert len(refused) * 10 <= len(results), refused


def test_everything_set_aside_has_its_line_and_reason(results: Results) -> None:
    aside = [entry for _, one in results for entry in one.set_aside]
    assert aside
    assert all(line >= 1 and reason for line, reason in aside)


def test_of_a_file_with_one_bad_line_that_line_is_set_aside(results: Results) -> None:
    for case, one in results:
        found = LINE_KINDS.match(case.name)
        if found and one.set_aside:
            assert [line for line, _ in one.set_aside] == [int(found[1]) + 1], case.name


def test_no_wrong_record_is_loaded_for_a_damaged_one(declared: Results) -> None:
    for case, one in declared:
        if case.name.startswith("row_") and not case.name.startswith(UNDECIDABLE):
            wrong = Counter(map(tuple, one.rows or [])) - Counter(map(tuple, case.clean))
            assert wrong == Counter(), case.name


def test_with_the_dialect_declared_the_measures_stay_where_they_are(declared: Results) -> None:
    assert score(declared, lenient=False) >= 9.94
    assert score(declared, lenient=True) >= 9.99


def test_without_any_help_the_measures_stay_where_they_are(automatic: Results) -> None:
    assert score(automatic, lenient=False) >= 9.78
    assert score(automatic, lenient=True) >= 9.83


def test_every_kind_of_pollution_weighs_the_same_where_no_weights_are_given(cases: list[Case], tmp_path: Path) -> None:
    weights = weights_of(tmp_path, [case.name for case in cases])
    of_kinds: Counter[str] = Counter()
    for name, weight in weights.items():
        of_kinds[kind_of(name)] += weight
    assert all(weight == pytest.approx(1 / len(of_kinds)) for weight in of_kinds.values())
