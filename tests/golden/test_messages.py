"""The files that carry alerts out: within Slack's limits, escaped, the same twice, and nothing sent a second time."""

import json
import re
from typing import Any

from pipeline.reports.document import Context
from pipeline.reports.messages import markdown_text, messages, slack_text
from tests.golden.company import company
from tests.golden.factory import AS_OF, back

MADE = company()
FILES = messages(MADE.book, MADE.scores, MADE.context)
HOSTILE = "<!channel> & <https://evil.example|click>\n*bold*\u202e\x00" + "long " * 600


def sent(context: Context, **changes: Any) -> Context:
    values = {name: getattr(context, name) for name in Context.__slots__}
    return Context(**(values | changes))


def alerts_of(files: dict[str, str]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(files["alerts/alerts.json"])
    return rows


def test_every_alert_of_the_week_has_a_message_of_its_own() -> None:
    ids = {alert["alert_id"] for alert in alerts_of(FILES)}
    assert len(ids) == len(alerts_of(FILES)) > 0
    assert {f"alerts/slack/{one}.json" for one in ids} == {name for name in FILES if "/slack/" in name}


def test_the_same_book_gives_the_same_texts() -> None:
    assert messages(MADE.book, MADE.scores, MADE.context) == FILES


def test_what_an_earlier_run_has_sent_is_not_sent_again() -> None:
    first = alerts_of(FILES)[0]["alert_id"]
    again = messages(MADE.book, MADE.scores, sent(MADE.context, sent={first: back(2)}))
    assert first not in {alert["alert_id"] for alert in alerts_of(again)}
    assert f"alerts/slack/{first}.json" not in again
    assert len(alerts_of(again)) == len(alerts_of(FILES)) - 1


def test_an_alert_of_this_day_is_sent_again_by_the_same_day() -> None:
    first = alerts_of(FILES)[0]["alert_id"]
    assert messages(MADE.book, MADE.scores, sent(MADE.context, sent={first: AS_OF})) == FILES


def test_a_hostile_name_is_text_in_slack_and_within_its_limits() -> None:
    made = company(names={"A000": HOSTILE})
    files = messages(made.book, made.scores, made.context)
    for name, text in files.items():
        if "/slack/" in name or name.endswith("digest.json"):
            blocks = json.loads(text)["blocks"]
            assert len(blocks) <= 50
            texts = [block["text"]["text"] for block in blocks if "text" in block]
            assert all(len(one) <= 3000 and "<!" not in one and "<https://evil" not in one for one in texts)
    assert "<!channel>" not in files["alerts/digest.md"].replace("\\<", "")


def test_slack_and_markdown_escape_what_they_would_read_as_marks() -> None:
    assert slack_text("a & <b>\nc") == "a &amp; &lt;b&gt; c"
    assert markdown_text("*a* [b](c) <d>") == r"\*a\* \[b\](c) \<d\>"
    assert not re.search("[\u202e\x00]", slack_text("x\u202e\x00y"))
