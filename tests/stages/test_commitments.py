"""Alerts and red lists as they were sent: kept once, added to by the same day, never sent again by a later run."""

import json
from datetime import date, timedelta
from pathlib import Path

from pipeline.stages.press.commitments import keep_sent, sent_before
from pipeline.workspace import Workspace
from tests.golden.company import SETTINGS

DAY = date(2026, 6, 24)


def published(root: Path, alerts: list[str], ranks: list[int]) -> Path:
    folder = root / "alerts"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "alerts.json").write_text(json.dumps([{"alert_id": name} for name in alerts]))
    (folder / "red_list.json").write_text(json.dumps([{"rank": rank} for rank in ranks]))
    return root


def test_an_alert_is_sent_by_the_first_day_that_kept_it(tmp_path: Path) -> None:
    place = Workspace(tmp_path, SETTINGS)
    later = DAY + timedelta(days=2)
    keep_sent(place, published(tmp_path / "one", ["a", "b"], [1]), DAY)
    assert sent_before(place, DAY) == {}
    assert sent_before(place, later) == {"a": DAY, "b": DAY}
    keep_sent(place, published(tmp_path / "two", ["c"], [1]), later)
    assert sent_before(place, later + timedelta(days=7)) == {"a": DAY, "b": DAY, "c": later}


def test_publishing_a_day_again_forgets_no_alert_and_keeps_its_red_list(tmp_path: Path) -> None:
    place = Workspace(tmp_path, SETTINGS)
    keep_sent(place, published(tmp_path / "out", ["a"], [1, 2]), DAY)
    before = (place.archive / "alerts" / f"{DAY}.json").read_bytes()
    keep_sent(place, tmp_path / "out", DAY)
    assert (place.archive / "alerts" / f"{DAY}.json").read_bytes() == before
    keep_sent(place, published(tmp_path / "out", ["b"], [1]), DAY)
    assert sent_before(place, DAY + timedelta(days=1)).keys() == {"a", "b"}
    assert len(json.loads((place.archive / "red_lists" / f"{DAY}.json").read_text())) == 2
