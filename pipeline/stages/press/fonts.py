"""The typefaces of every document: static weights cut once from the shipped variable font, and kept by its hash.

The PDF printer takes the whole cut; pages carry a small Latin subset of it inside their stylesheet.
"""

import base64
import hashlib
import io
import os
import shutil
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

ENVIRONMENT = Path(sys.prefix) / "share" / "bellwether"
RECIPE = "2"
CUTS = {
    "inter-400": ("Inter", 400, 14),
    "inter-600": ("Inter", 600, 14),
    "inter-display-600": ("Inter Display", 600, 32),
}
FEATURES = ["kern", "mark", "mkmk", "ccmp", "locl", "tnum"]
PRINTED = (
    (0x20, 0x24F),
    (0x300, 0x36F),
    (0x370, 0x3FF),
    (0x400, 0x45F),
    (0x1E00, 0x1EFF),
    (0x2000, 0x206F),
    (0x20A0, 0x20BF),
    (0x2100, 0x214F),
    (0x2190, 0x2199),
    (0x2200, 0x22FF),
    (0x25A0, 0x25CF),
    (0x2700, 0x2720),
    (0xFFFD, 0xFFFD),
)
SHOWN = (
    (0x20, 0x17F),
    (0x2010, 0x2027),
    (0x2030, 0x203A),
    (0x20AC, 0x20AC),
    (0x2190, 0x2193),
    (0x2212, 0x2212),
    *PRINTED[-3:],
)


@dataclass(frozen=True, slots=True)
class Typefaces:
    """The cut fonts: where they lie, their bytes, and the @font-face rules for paper and for pages."""

    folder: Path
    files: dict[str, bytes]
    paper_css: str
    page_css: str


def typefaces(caches: list[Path]) -> Typefaces:
    """The cut fonts from the first cache that holds them, else cut now into the first that can be written."""
    name = f"fonts-{_key()}"
    folder = next((cache / name for cache in caches if (cache / name).is_dir()), None) or _cut_into(caches, name)
    cuts = {cut: (folder / f"{cut}.ttf").read_bytes() for cut in CUTS}
    pages = {cut: (folder / f"{cut}.woff2").read_bytes() for cut in CUTS}
    paper_css = "".join(_face(cut, f"asset:{cut}.ttf", "truetype") for cut in CUTS)
    page_css = "".join(
        _face(cut, "data:font/woff2;base64," + base64.b64encode(pages[cut]).decode(), "woff2") for cut in CUTS
    )
    return Typefaces(folder, {f"{cut}.ttf": body for cut, body in cuts.items()}, paper_css, page_css)


def source() -> Path:
    """The variable font that the weights are cut from."""
    import fontpkg_inter

    return Path(fontpkg_inter.ROOT) / "files" / "Inter[opsz,wght].ttf"


def _key() -> str:
    import fontTools

    recipe = f"{RECIPE}:{fontTools.version}:{CUTS}:{PRINTED}:{SHOWN}:{FEATURES}".encode()
    return hashlib.sha256(recipe + source().read_bytes()).hexdigest()[:16]


def _cut_into(caches: list[Path], name: str) -> Path:
    cache = next((cache for cache in caches if _is_writable(cache)), caches[-1])
    fresh = cache / f".{name}.{os.getpid()}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True, mode=0o700)
    reduced = fresh / "reduced.ttf"
    reduced.write_bytes(_reduced(source().read_bytes(), PRINTED))
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        list(pool.map(_cut, CUTS, [fresh] * len(CUTS)))
    reduced.unlink()
    shutil.copyfile(source().parent.parent / "LICENSE", fresh / "OFL.txt")
    if (cache / name).is_dir():
        shutil.rmtree(fresh)
    else:
        fresh.rename(cache / name)
    return cache / name


def _cut(cut: str, folder: Path) -> None:
    from fontTools.ttLib import TTFont
    from fontTools.varLib import instancer

    family, weight, size = CUTS[cut]
    font = TTFont(folder / "reduced.ttf", recalcTimestamp=False)
    font = instancer.instantiateVariableFont(font, {"wght": weight, "opsz": size})
    _name(font, family, weight)
    font.save(folder / f"{cut}.ttf")
    (folder / f"{cut}.woff2").write_bytes(_reduced((folder / f"{cut}.ttf").read_bytes(), SHOWN, "woff2"))


def _name(font, family: str, weight: int) -> None:  # type: ignore[no-untyped-def]
    style = "Regular" if weight == 400 else "SemiBold"
    for record, text in ((1, family), (2, style), (4, f"{family} {style}"), (6, f"{family} {style}".replace(" ", "-"))):
        font["name"].setName(text, record, 3, 1, 0x409)
    for record in (16, 17, 21, 22, 25):
        font["name"].removeNames(nameID=record)
    font["OS/2"].usWeightClass = weight


def _reduced(body: bytes, ranges: tuple[tuple[int, int], ...], flavour: str | None = None) -> bytes:
    from fontTools import subset
    from fontTools.ttLib import TTFont

    options = subset.Options()
    options.layout_features, options.name_IDs, options.glyph_names = FEATURES, ["*"], False
    options.hinting, options.notdef_outline, options.recalc_timestamp = False, True, False
    font = TTFont(io.BytesIO(body), recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[code for first, last in ranges for code in range(first, last + 1)])
    subsetter.subset(font)
    font.flavor = flavour
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


def _face(cut: str, url: str, kind: str) -> str:
    family, weight, _ = CUTS[cut]
    return f'@font-face{{font-family:"{family}";font-weight:{weight};src:url("{url}") format("{kind}")}}\n'


def _is_writable(cache: Path) -> bool:
    try:
        cache.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        return False
    return os.access(cache, os.W_OK)


if __name__ == "__main__":
    typefaces([ENVIRONMENT])
