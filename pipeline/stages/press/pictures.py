"""Charts as still pictures, and the script that brings them to life; both kept by the hash of what they came from."""

import base64
import hashlib
import json
import os
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from pipeline.charts import Chart


def pictures(charts: Iterable[Chart], cache: Path, fonts: Path) -> dict[str, str]:
    """A data URI for each chart by its name; a chart without a spec has none."""
    return {chart.name: _data_uri(_svg(chart, cache, fonts)) for chart in charts if chart.spec}


def charts_in(data: object) -> list[Chart]:
    """Every chart in a document's data, in the order in which it is met."""
    if isinstance(data, Chart):
        return [data]
    if isinstance(data, dict):
        return [chart for value in data.values() for chart in charts_in(value)]
    if isinstance(data, list | tuple):
        return [chart for value in data for chart in charts_in(value)]
    return []


def chart_script(snippet: str, cache: Path) -> str:
    """The Vega bundle with the snippet that mounts the charts of a page."""
    import vl_convert

    kept = cache / f"bundle-{_digest(snippet, version('vl-convert-python'))}.js"
    if not kept.exists():
        _keep(kept, vl_convert.javascript_bundle(snippet))
    return kept.read_text(encoding="utf-8")


def _svg(chart: Chart, cache: Path, fonts: Path) -> str:
    import vl_convert

    spec = json.dumps(chart.spec, sort_keys=True)
    kept = cache / f"{_digest(spec, version('vl-convert-python'), fonts.name)}.svg"
    if not kept.exists():
        vl_convert.register_font_directory(str(fonts))
        _keep(kept, vl_convert.vegalite_to_svg(chart.spec, allowed_base_urls=[]))
    return kept.read_text(encoding="utf-8")


def _data_uri(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]


def _keep(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_suffix(f".{os.getpid()}.new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)
