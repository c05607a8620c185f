"""Every kind of page is valid HTML and CSS; the design system shows the look of today."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline.stages.press.specimen import PAGE, specimen
from pipeline.workspace import REPOSITORY
from tests.browser.company import publish
from tests.browser.test_accessibility import kinds

VALIDATOR = REPOSITORY / ".venv" / "vnu"


def test_the_page_of_the_design_system_is_current(tmp_path: Path) -> None:
    assert PAGE.read_text(encoding="utf-8") == specimen(tmp_path), "run `make docs`"


@pytest.mark.nightly
def test_every_kind_of_page_is_valid(tmp_path: Path) -> None:
    jars = sorted(VALIDATOR.rglob("vnu.jar"))
    if not jars or not shutil.which("java"):
        pytest.skip("no validator on this machine: `make bench` installs it where there are npm and Java")
    made = publish(tmp_path, most=1)
    pages = [str(PAGE), *(str(made.file(path)) for path in kinds(made))]
    call = ["java", "-jar", str(jars[0]), "--errors-only", "--format", "json", "--stdout", *pages]
    said = subprocess.run(call, capture_output=True, text=True, check=False).stdout
    assert [(one["url"], one["message"]) for one in json.loads(said)["messages"]] == []
