"""The theme's icons, a dozen shapes, without the 1.5 MB script that holds them all.

The shapes are read from the theme's own fontawesome.js. Each `fa-…` class that occurs on a
page becomes a CSS mask painted in the text's colour.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import quote

import pydata_sphinx_theme
from sphinx.application import Sphinx

from bookbuild.assets import WRITTEN, pages
from bookbuild.defects import BookError
from bookbuild.stylesheet import words_of, write_stamped

STYLE_CLASSES = {"fa", "fas", "far", "fab", "fa-solid", "fa-regular", "fa-brands", "fa-lg", "fa-fw"}
BASE = """\
.fa,.fas,.far,.fab,.fa-solid,.fa-regular,.fa-brands{display:inline-block;width:1.25em;height:1em;\
vertical-align:-.125em;background-color:currentColor;\
-webkit-mask:var(--icon) center/contain no-repeat;\
mask:var(--icon) center/contain no-repeat;forced-color-adjust:auto}
@media (forced-colors:active){.fa,.fas,.far,.fab,.fa-solid,.fa-regular,.fa-brands\
{background-color:CanvasText}}
"""


def theme_script() -> Path:
    folder = Path(pydata_sphinx_theme.__file__).parent / "theme" / "pydata_sphinx_theme"
    return folder / "static" / "scripts" / "fontawesome.js"


def shape(script: str, name: str) -> tuple[int, int, str] | None:
    """(width, height, path) of the icon `name` as fontawesome.js defines it, or None.

    The script's entries read `name:[512,512,[aliases],"f015","M…"]`, the name quoted where
    it holds a hyphen; an alias stands in another entry's list.
    """
    entry = r'\[(\d+),(\d+),\[[^\]]*\],"[0-9a-f]+",\[?"([^"]+)"'
    quoted = re.escape(json.dumps(name))
    found = re.search(rf"(?:[{{,]{re.escape(name)}|{quoted}):{entry}", script) or re.search(
        rf'\[(\d+),(\d+),\[[^\]]*{quoted}[^\]]*\],"[0-9a-f]+",\[?"([^"]+)"', script
    )
    return (int(found[1]), int(found[2]), found[3]) if found else None


def stylesheet(names: list[str], script: str) -> str:
    """CSS that paints the icons `names`; raises BookError for one the theme does not have."""
    css = [BASE]
    for name in names:
        found = shape(script, name)
        if found is None:
            raise BookError(f"no icon fa-{name} in the theme's fontawesome.js")
        width, height, path = found
        svg = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}'>"
        data = quote(f"{svg}<path d='{path}'/></svg>", safe=" ='/:-.,")
        css.append(f'.fa-{name}{{--icon:url("data:image/svg+xml,{data}")}}\n')
    return "".join(css)


def used_icons(html: str) -> set[str]:
    classes = {word for word in words_of(html) if word.startswith("fa-")}
    return {word.removeprefix("fa-") for word in classes - STYLE_CLASSES}


def write(app: Sphinx, exception: Exception | None) -> None:
    if exception is not None or not app.bookbuild_stylesheets:
        return
    names = sorted({name for page in pages(app) for name in used_icons(page.read_text("utf-8"))})
    write_stamped(app, "icons.css", stylesheet(names, theme_script().read_text("utf-8")))


def setup(app: Sphinx) -> None:
    app.connect("build-finished", write, priority=WRITTEN + 11)
