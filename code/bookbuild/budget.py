"""A page's first load may not grow unnoticed: over the budget, the build fails and says why.

Counted, gzipped: the page, its stylesheets, scripts and images, and the fonts that its
formulas use. Not counted: the frames of interactive figures, which load as the reader nears.
"""

from __future__ import annotations

import gzip
import re
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util import logging

from bookbuild.assets import WRITTEN, pages
from bookbuild.defects import BookError
from bookbuild.stylesheet import rules, words_of

LOGGER = logging.getLogger(__name__)
LINKED = re.compile(r"""<(?:link|script|img|source)\b[^>]*?\s(?:href|src)=["']([^"'?#]+)""")
LOADS_NOTHING = re.compile(
    r"""<link\b[^>]*\srel=["']?(?:index|search|next|prev|canonical|author|copyright)\b[^>]*>"""
)


def weigh(path: Path) -> int:
    """Bytes on the wire: gzipped, or as they are where gzip gains nothing (fonts, images)."""
    content = path.read_bytes()
    return min(len(content), len(gzip.compress(content, 9, mtime=0)))


def fonts(css: str, words: set[str]) -> set[str]:
    """Files of the @font-face rules that a page with the classes `words` loads.

    A font counts when some rule that names its family, weight and style could match by its
    classes: rather one font too many than one too few.
    """
    faces, wanted = {}, set()
    for head, block in rules(css):
        style = dict(
            (key.strip(), value.strip())
            for key, _, value in (line.partition(":") for line in (block or "").split(";"))
        )
        if head == "@font-face":
            weight, slant = style.get("font-weight", "400"), style.get("font-style", "normal")
            faces[style["font-family"], _weight(weight), slant] = re.search(
                r"url\(([^)]+)\)", style["src"]
            )[1]
            continue
        family = style.get("font-family") or (
            re.search(r"KaTeX_\w+", style["font"])[0] if "KaTeX_" in style.get("font", "") else ""
        )
        for selector in head.split(","):
            if set(re.findall(r"\.([\w-]+)", selector)) <= words and (
                family or "font-weight" in style or "font-style" in style
            ):
                name = family.partition(",")[0] or "KaTeX_Main"
                weight = _weight(style.get("font-weight", "400"))
                wanted.add((name, weight, style.get("font-style", "normal")))
    return {faces[face] for face in wanted if face in faces}


def _weight(value: str) -> str:
    return {"normal": "400", "bold": "700"}.get(value, value)


def first_load(page: Path) -> dict[str, int]:
    """What the first visit of `page` fetches: file name and bytes, heaviest first."""
    html = page.read_text("utf-8")
    words, weights = words_of(html), {"the page itself": weigh(page)}
    for link in dict.fromkeys(LINKED.findall(LOADS_NOTHING.sub("", html))):
        path = (page.parent / link).resolve()
        if "://" in link or link.startswith("data:") or not path.is_file():
            continue
        weights[path.name] = weigh(path)
        if path.suffix == ".css":
            for font in fonts(path.read_text("utf-8"), words):
                weights[Path(font).name] = weigh(path.parent / font)
    return dict(sorted(weights.items(), key=lambda item: (-item[1], item[0])))


def complaint(name: str, weights: dict[str, int], kilobytes: float) -> str | None:
    """One line on a page that is over its budget, with its five heaviest assets; else None."""
    total = sum(weights.values())
    if total <= kilobytes * 1000:
        return None
    heaviest = ", ".join(
        f"{asset} {size / 1000:.1f} kB" for asset, size in list(weights.items())[:5]
    )
    return (
        f"{name}: first load is {total / 1000:.1f} kB gzipped, over the {kilobytes:g} kB of "
        f"book_page_kilobytes; heaviest: {heaviest}"
    )


def check(app: Sphinx, exception: Exception | None) -> None:
    if exception is not None or app.builder.format != "html":
        return
    out, complaints, heaviest = Path(app.outdir), [], (0, "")
    for page in pages(app):
        name, weights = page.relative_to(out).as_posix(), first_load(page)
        heaviest = max(heaviest, (sum(weights.values()), name))
        if line := complaint(name, weights, app.config.book_page_kilobytes):
            complaints.append(line)
    if complaints:
        raise BookError("\n".join(complaints))
    LOGGER.info("heaviest first load: %.1f kB gzipped, %s", heaviest[0] / 1000, heaviest[1])


def setup(app: Sphinx) -> None:
    app.add_config_value("book_page_kilobytes", 250, "html")
    app.connect("build-finished", check, priority=WRITTEN + 30)
