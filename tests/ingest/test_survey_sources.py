"""Survey exports whose NPS is known: it is counted anew from the scores of finished answers on a scale from 0 to 10."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.warehouse import open_warehouse
from tests.ingest.sampled import ingested

# Each sample says in its own group column, or by its scores, how many promoters, passives and detractors it holds.
KNOWN = [
    ("qualtrics", "Tarnwell Relationship_June 18, 2026_10.22.csv", (5, 2, 3)),
    ("qualtrics", "Tarnwell DACH_June 18, 2026_10.24.tsv", (2, 1, 1)),
    ("qualtrics", "Tarnwell_NPS_2023.csv", (2, 1, 1)),
    ("surveymonkey", "Tarnwell NPS 2026-06-20.csv", (4, 1, 2)),
    ("surveymonkey", "Tarnwell NPS condensed 2026-03-20.csv", (2, 0, 1)),
    ("surveymonkey", "Partner pulse 2026-04-10.csv", (0, 0, 0)),
    ("typeform", "responses-tarnwell-2026-06-20.csv", (5, 3, 2)),
    ("typeform", "responses-old-form-2025-11-02.csv", (1, 0, 1)),
    ("medallia", "agent-connect-responses-2026-06-20.csv", (0, 0, 0)),
    ("medallia", "experience-cloud-2026-06-20.csv", (2, 1, 1)),
    ("delighted", "delighted_responses_2026-06-19.jsonl", (1, 1, 1)),
    ("delighted", "delighted-export-2026-06-20.csv", (2, 1, 1)),
    ("surveysparrow", "NPS Survey responses 2026-06-20.csv", (2, 1, 1)),
    ("vitally", "vitally-nps-2026-06-20.csv", (2, 1, 1)),
]
NO_ANSWERS = {"survey_preview", "unfinished", "partial", "spam", "no_score", "scale_1_to_10", "other_survey"}


@pytest.fixture(scope="module")
def warehouse_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The warehouse of a system's samples, made once."""
    made: dict[str, Path] = {}

    def warehouse(system: str) -> Path:
        if system not in made:
            made[system] = ingested(system, tmp_path_factory.mktemp(system) / "workspace")
        return made[system]

    return warehouse


@pytest.mark.parametrize(("system", "sample", "groups"), KNOWN, ids=[sample for _, sample, _ in KNOWN])
def test_the_scores_of_a_survey_give_the_nps_that_is_known(
    system: str, sample: str, groups: tuple[int, int, int], warehouse_of: Callable[[str], Path]
) -> None:
    with open_warehouse(warehouse_of(system), []) as warehouse:
        found = warehouse.frame(
            """
            select count(*) filter (score >= 9), count(*) filter (score between 7 and 8), count(*) filter (score < 7)
            from accepted.survey_responses
            inner join meta.files on files.file_id = _file_id
            where files.path like '%/' || ? and coalesce(survey, 'nps') = 'nps'
            """,
            [sample],
        )
    assert found.row(0) == groups


@pytest.mark.parametrize("system", sorted({system for system, _, _ in KNOWN}))
def test_an_answer_that_is_none_is_set_aside_and_never_rejected(
    system: str, warehouse_of: Callable[[str], Path]
) -> None:
    with open_warehouse(warehouse_of(system), []) as warehouse:
        rules = warehouse.frame("select rule from rejected.rows where table_name = 'survey_responses'")["rule"]
        aside = warehouse.value("select sum(set_aside) from meta.loads where table_name = 'survey_responses'")
    assert len([rule for rule in rules if rule in NO_ANSWERS]) == aside


def test_answers_on_a_scale_from_1_to_10_are_told_apart_from_nps(warehouse_of: Callable[[str], Path]) -> None:
    with open_warehouse(warehouse_of("surveymonkey"), []) as warehouse:
        rules = warehouse.frame("select rule from rejected.rows where path like '%/Partner pulse 2026-04-10.csv'")
    assert rules["rule"].to_list() == ["scale_1_to_10", "scale_1_to_10"]
