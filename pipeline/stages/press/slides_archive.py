"""The bytes of a presentation: our colours and typefaces in its theme, and no time of making anywhere inside."""

import io
import re
import zipfile
from datetime import date
from typing import Any

EPOCH = (1980, 1, 1, 0, 0, 0)
MADE = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:)")
FACES = re.compile(rb'(<a:(majorFont|minorFont)>\s*<a:latin typeface=")[^"]*(")')
ACCENTS = re.compile(rb"(<a:accent1>\s*<a:srgbClr val=\")[0-9A-Fa-f]{6}(\")")


def settled(show: Any, as_of: date) -> bytes:
    """A presentation's file with fixed times; the same slides give the same bytes."""
    out = io.BytesIO()
    show.save(out)
    return _again(out.getvalue(), as_of)


def _again(body: bytes, as_of: date) -> bytes:
    """An archive written anew: entries in their order, the day of the figures as the time of making."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            part = zipfile.ZipInfo(entry.filename, EPOCH)
            part.compress_type, part.external_attr, part.create_system = zipfile.ZIP_DEFLATED, 0o600 << 16, 3
            new.writestr(part, _settled(entry.filename, old.read(entry), as_of))
    return out.getvalue()


def _settled(name: str, body: bytes, as_of: date) -> bytes:
    if name.endswith(".xlsx"):
        return _again(body, as_of)
    if name == "docProps/core.xml":
        return MADE.sub(rb"\g<1>" + f"{as_of}T00:00:00Z".encode() + rb"\g<3>", body)
    if name.startswith("ppt/theme/"):
        return ACCENTS.sub(rb"\g<1>2E2C6E\g<2>", FACES.sub(rb"\g<1>Inter\g<3>", body))
    return body
