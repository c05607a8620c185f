"""What changed, in sentences: twelve situations, each with the sentence that must come of it, or none."""

import pytest

from pipeline.reports.narrative import Moved, sentence


def said(now: float, before: float, causes: tuple[tuple[str, float], ...], **more: object) -> str | None:
    rest = {"subject": "ARR", "since": "on a quarter ago", "noise": 5.0, "consequence": "It ends at 150.", **more}
    return sentence(Moved(now=now, before=before, causes=causes, say=lambda value: f"{value:.0f}", **rest))  # type: ignore[arg-type]


SITUATIONS = {
    "a rise names its largest cause and its share of what rose": (
        said(120, 100, (("new", 15.0), ("expansion", 5.0))),
        "ARR is up 20 (20%) on a quarter ago, to 120: new made 75% of the rise. It ends at 150.",
    ),
    "what pulled the other way takes no share": (
        said(120, 100, (("new", 30.0), ("churn", -10.0))),
        "ARR is up 20 (20%) on a quarter ago, to 120: new made 100% of the rise. It ends at 150.",
    ),
    "a fall is told by what pulled down": (
        said(80, 100, (("new", 10.0), ("churn", -24.0), ("contraction", -6.0))),
        "ARR is down 20 (20%) on a quarter ago, to 80: churn made 80% of the fall. It ends at 150.",
    ),
    "a change within the noise is not told": (said(104, 100, (("new", 4.0),)), None),
    "a change just at the noise is not told": (said(105, 100, (("new", 5.0),)), None),
    "a change just over the noise is told": (
        said(106, 100, (("new", 6.0),)),
        "ARR is up 6 (6%) on a quarter ago, to 106: new made 100% of the rise. It ends at 150.",
    ),
    "nothing moved, nothing is said": (said(100, 100, (("new", 3.0), ("churn", -3.0))), None),
    "without a cause on file nothing is said": (said(120, 100, ()), None),
    "a cause that pulled the other way explains nothing": (said(120, 100, (("churn", -3.0),)), None),
    "without a consequence nothing is said": (said(120, 100, (("new", 20.0),), consequence=""), None),
    "from nothing there is no percentage": (
        said(40, 0, (("new", 40.0),)),
        "ARR is up 40 on a quarter ago, to 40: new made 100% of the rise. It ends at 150.",
    ),
    "of two equal causes the same is named every time": (
        said(120, 100, (("expansion", 10.0), ("new", 10.0))),
        said(120, 100, (("new", 10.0), ("expansion", 10.0))),
    ),
}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_a_sentence_says_change_cause_and_consequence_or_nothing(situation: str) -> None:
    told, expected = SITUATIONS[situation]
    assert told == expected
