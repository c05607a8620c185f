"""A document as a page of HTML: templates, typefaces, scripts and the policy of content; the only user of jinja2.

It stands between the reports, which say what a document holds, and the printer, which draws the page on paper.
"""

import base64
import hashlib
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pipeline.policy import Policy
from pipeline.reports import wording
from pipeline.reports.document import Document
from pipeline.stages.fingerprint import fingerprint
from pipeline.stages.press.filters import filters, shown
from pipeline.stages.press.fonts import ENVIRONMENT, Typefaces, typefaces
from pipeline.stages.press.pictures import chart_script, charts_in, pictures
from pipeline.workspace import REPOSITORY, Workspace

LOOK = REPOSITORY / "reports"
DASHBOARD = ("live_numbers.js", "live_charts.js", "live_tables.js", "explorer.js")


@dataclass(frozen=True, slots=True)
class Press:
    """What all documents of a run share: where things are kept, typefaces, and the values every template may read."""

    cache: Path
    fonts: Typefaces
    environment: Any
    shared: Mapping[str, Any]

    @property
    def paper_css(self) -> str:
        """The stylesheet of every PDF, its custom properties written out: the printer would solve them for each box."""
        return self.fonts.paper_css + _written_out(_look("base.css") + _look("print.css"))

    @property
    def page_css(self) -> str:
        """The stylesheet of every HTML page."""
        return self.fonts.page_css + _look("base.css") + _look("screen.css")

    def key(self, html: str) -> str:
        """The hash under which the print of a page is kept."""
        return fingerprint(html, self.paper_css, self.fonts.folder.name, version("weasyprint"))[:32]


def make_press(workspace: Workspace, as_of: date, policy: Policy, say: Callable[[str], None]) -> Press:
    """Typefaces, templates and shared values for a run."""
    began = time.perf_counter()
    fonts = typefaces([ENVIRONMENT, workspace.var])
    if time.perf_counter() - began > 1:
        say(f"render: typefaces cut in {time.perf_counter() - began:.1f} s, kept in {fonts.folder}")
    company = workspace.settings.company
    shared = {
        "company": company,
        "as_of": as_of,
        "policy_hash": policy.hash,
        "rules": policy.health.scorecard,
        "bands": wording.bands_of(policy.health.scorecard.bands.lowest),
        "is_small": False,
    }
    environment = _environment([workspace.root / "templates", LOOK / "templates"], company.reporting_currency, as_of)
    return Press(workspace.var / "press", fonts, environment, shared)


def page_html(press: Press, document: Document, edition: str, printed: Iterable[str] = ()) -> str:
    """One document as HTML: `screen` is self-contained with its content policy, `print` is for the printer."""
    from markupsafe import Markup

    scripts = _scripts(press, document) if edition == "screen" else []
    drawn = pictures(charts_in(document.data), press.cache, press.fonts.folder)
    template = press.environment.get_template(document.template)
    text: str = template.render(
        press.shared,
        document=document,
        data=document.data,
        edition=edition,
        pictures=drawn,
        printed=frozenset(printed),
        styles=Markup(press.page_css) if edition == "screen" else "",
        scripts=[Markup(script) for script in scripts],
        policy_of_content=_content_policy(press.page_css, scripts),
    )
    return text


def write_page(press: Press, document: Document, folder: Path, printed: Iterable[str] = ()) -> None:
    """Write the page of a document below a folder; `printed` are the paths that have a PDF."""
    write_text(folder / f"{document.path}.html", page_html(press, document, "screen", printed))


def written(press: Press, document: Document, folder: Path) -> tuple[str, str]:
    """Write a document's page; its edition for the printer, empty where none is wanted, and what went wrong."""
    import jinja2

    try:
        paper = page_html(press, document, "print") if document.wants_pdf else ""
        write_page(press, document, folder)
    except jinja2.TemplateError as broken:
        return "", f"{type(broken).__name__}: {broken}"
    return paper, ""


def write_text(path: Path, text: str) -> None:
    """Write a text that only its owner may read, with the same line ends everywhere."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.write_text(text, encoding="utf-8", newline="\n")


def _environment(folders: list[Path], currency: str, as_of: date) -> Any:
    import jinja2
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        loader=jinja2.FileSystemLoader([str(folder) for folder in folders]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {"sort_keys": True, "allow_nan": False}
    environment.filters |= filters(currency, as_of)
    return environment


def _scripts(press: Press, document: Document) -> list[str]:
    """The scripts of a live page; nothing in them can close their element."""
    if document.template == "index.html.j2":
        scripts = [_asset("search.js")]
    elif document.is_live:
        scripts = [chart_script(_asset("charts.js"), press.cache), *(_asset(name) for name in DASHBOARD)]
    else:
        scripts = []
    return [script.replace("</script", "<\\/script") for script in scripts]


def _content_policy(css: str, scripts: list[str]) -> str:
    sources = " ".join(_digest(script) for script in scripts) or "'none'"
    return (
        f"default-src 'none'; img-src data:; style-src {_digest(css)}; script-src {sources}; font-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def _look(name: str) -> str:
    return (LOOK / "templates" / name).read_text(encoding="utf-8")


def _written_out(css: str) -> str:
    """A stylesheet with every `var(--name)` replaced by what `:root` says of it."""
    values = dict(re.findall(r"(--[\w-]+):\s*([^;]+);", css))
    return re.sub(r"var\((--[\w-]+)\)", lambda use: values[use[1]], re.sub(r":root \{[^}]*\}", "", css))


def _asset(name: str) -> str:
    return (LOOK / "assets" / name).read_text(encoding="utf-8")
