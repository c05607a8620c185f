"""Writes `docs/design-system.html`: every piece of the look on one page. `make docs` runs it."""

import tempfile
from pathlib import Path

from pipeline.policy import read_policy
from pipeline.reports.design_system import SHOWN_ON, design_system
from pipeline.stages.press.pages import LOOK, make_press, page_html
from pipeline.workspace import REPOSITORY, Settings, Workspace

PAGE = REPOSITORY / "docs" / "design-system.html"


def specimen(folder: Path) -> str:
    """The page; pictures are kept in the folder while it is made."""
    texts = [
        (LOOK / "templates" / name).read_text(encoding="utf-8") for name in ("base.css", "screen.css", "print.css")
    ]
    settings = Settings.model_validate({"company": {"name": "Bellwether"}})
    policy = read_policy(REPOSITORY / "policy", REPOSITORY / "no-overrides")
    press = make_press(Workspace(folder, settings), SHOWN_ON, policy, lambda line: None)
    return page_html(press, design_system(*texts), "screen")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        PAGE.write_text(specimen(Path(folder)), encoding="utf-8", newline="\n")
