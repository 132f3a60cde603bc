"""What a page loads: our own few files, the theme's scripts that we use, nothing else.

A page first names all of our stylesheets and scripts, and the stylesheets of the theme and the
extensions. In the finished site it keeps those of ours that it uses. Of the others' rules, those
that some page can use stand in the page itself: the theme's CSS alone is 400 kB, and the first
words are painted a third sooner on a slow line than with a stylesheet that is asked for after them.
Icons are drawn from the theme's own shapes, without the 1.5 MB script that holds them all. What was
copied into `_static` and is named nowhere, 5 MB of the theme's, is removed.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from pathlib import Path
from urllib.parse import quote

import pydata_sphinx_theme
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util import logging

from bookbuild import stylesheets
from bookbuild.lint import BookError, report
from bookbuild.site import LATE, Page, Site

LOGGER = logging.getLogger(__name__)
HERE = Path(__file__).parent

SCRIPTS = (
    "documentation_options.js",
    "doctools.js",
    "sphinx_highlight.js",
    "clipboard.min.js",
    "copybutton.js",
    "scripts/sphinx-book-theme.js",
    "scripts/pydata-sphinx-theme.js",
    "book.js",
    "questions.js",
    "explorable/explorable.js",
    "design-tabs.js",
)
"""The scripts of pages, by their path in `_static`. Left out on purpose: bootstrap (dropdowns and
tooltips that we do without), fontawesome, require.js, html-manager, thebe, togglebutton."""

COPYING = ("clipboard.min.js", "copybutton.js")
"""There when sphinx_copybutton is among the extensions."""

BEFORE_THEME = ("questions.css", "explorable/explorable.css", "katex/katex.min.css")
AFTER_THEME = ("icons.css", "book.css")

USED_BY = {
    "questions.js": ".question-form",
    "questions.css": ".question-form",
    "explorable/explorable.js": "[data-frames]",
    "explorable/explorable.css": ".explorable",
    "katex/katex.min.css": ".katex",
    "design-tabs.js": ".sd-tab-set",
}
"""Files that a page loads only if it holds such an element."""

THEME_OPTIONS = {
    "navbar_persistent": [],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
    "use_download_button": False,
    "use_fullscreen_button": False,
    "toc_title": "On this page",
}
THEME_FIRST = ("_static/basic.css", "_static/styles/pydata-sphinx-theme.css")
"""What the theme's own page head loads before the other stylesheets."""

LOADED_LATER = ("katex/fonts/*", "opensearch.xml", "figures.js", "previews.js")
"""Files of `_static` that no page names: stylesheets and scripts do."""


def configure(app: Sphinx, config: Config) -> None:
    """Our folders come first."""
    config.templates_path = [str(HERE / "templates"), *config.templates_path]
    config.html_static_path = [*config.html_static_path, str(HERE / "static")]
    for name, value in THEME_OPTIONS.items():
        config.html_theme_options.setdefault(name, value)


def link_files(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    """Link our stylesheets before and after those of others, and replace all scripts by ours."""
    offered = {str(getattr(script, "filename", script)) for script in context["script_files"]}
    context["script_files"][:] = []
    # The search page's own scripts need what these define at once.
    loading = {} if pagename == "search" else {"loading_method": "defer"}
    for priority, name in enumerate(SCRIPTS):
        if name not in COPYING or f"_static/{name}" in offered:
            app.add_js_file(name, priority=priority, **loading)
    for priority, name in enumerate(BEFORE_THEME):
        app.add_css_file(name, priority=priority)
    for priority, name in enumerate(AFTER_THEME, start=1000):
        app.add_css_file(name, priority=priority)


# ---------------------------------------------------------------- steps over the finished site


def drop_unused_links(site: Site) -> None:
    """Of our own stylesheets and scripts, keep those that a page uses."""
    for page in site.pages.values():
        for tag in page.soup.select('link[rel="stylesheet"], script[src]'):
            element = USED_BY.get(page.static(tag) or "")
            if element and not page.soup.select_one(element):
                page.remove(tag)


def write_icons(site: Site) -> None:
    """Write the stylesheet of the icons that pages show, and add its checksum to its links."""
    shown = {icon for page in site.pages.values() for icon in icons(page.names)}
    css = icon_stylesheet(sorted(shown), theme_script().read_text("utf-8"))
    (site.static / "icons.css").write_text(css, "utf-8", newline="\n")
    checksum = f"{zlib.crc32(css.encode()):08x}"
    for page in site.pages.values():
        for link in page.soup.select('link[href$="icons.css"]'):
            page.add_checksum(link, checksum)


def inline_theme(site: Site) -> None:
    """Put the rules of the theme and the extensions that some page can use into every page."""
    ours = {*BEFORE_THEME, *AFTER_THEME}
    theirs = {
        page: [
            link
            for link in page.soup.select('link[rel="stylesheet"]')
            if page.static(link) not in ours
        ]
        for page in site.pages.values()
    }
    linked = [page.address(link) for page, links in theirs.items() for link in links]
    paths = [site.folder / name for name in dict.fromkeys([*THEME_FIRST, *filter(None, linked)])]
    css = "\n".join(path.read_text("utf-8") for path in paths if path.is_file())
    css = stylesheets.purge(css, names_in_use(site))
    for page, links in theirs.items():
        if links:
            rules = stylesheets.moved(css, page.to_static)
            page.replace(links, f'<style id="book-theme">{rules}</style>')


def names_in_use(site: Site) -> set[str]:
    """The classes and ids that a page has, or that a script may put there."""
    found = {name for page in site.pages.values() for name in page.names}
    scripts = {name for page in site.pages.values() for name in page.static_files()}
    for name in sorted(name for name in scripts if name.endswith(".js")):
        found |= set(re.findall(r"[\w-]+", (site.static / name).read_text("utf-8")))
    return found


def remove_unused_files(site: Site) -> None:
    """Remove what was copied into `_static` and is named nowhere."""
    named = {name for page in site.pages.values() for name in page.static_files()}
    for path in sorted(site.static.rglob("*"), reverse=True):
        name = path.relative_to(site.static)
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif name.as_posix() not in named and not any(map(name.match, LOADED_LATER)):
            path.unlink()


def check_weights(site: Site) -> None:
    """A page's first load may not grow unnoticed: over its budget, it fails the build.

    Counted, gzipped: the page, its stylesheets, scripts and images, and the fonts that its
    formulas use. Not counted: the frames of interactive figures, which load as the reader nears.
    """
    heaviest = (0, "")
    for name, page in site.pages.items():
        weights = first_load(page)
        heaviest = max(heaviest, (sum(weights.values()), name))
        if line := over_budget(weights, site.app.config.book_page_kilobytes):
            report(site.app, line, page.docname)
    LOGGER.info("heaviest first load: %.1f kB gzipped, %s", heaviest[0] / 1000, heaviest[1])


# --------------------------------------------------------------------------------------- icons

STYLE_CLASSES = {"fa", "fas", "far", "fab", "fa-solid", "fa-regular", "fa-brands", "fa-lg", "fa-fw"}
ICON = """\
.fa,.fas,.far,.fab,.fa-solid,.fa-regular,.fa-brands{display:inline-block;width:1.25em;height:1em;\
vertical-align:-.125em;background-color:currentColor;\
-webkit-mask:var(--icon) center/contain no-repeat;\
mask:var(--icon) center/contain no-repeat;forced-color-adjust:auto}
@media (forced-colors:active){.fa,.fas,.far,.fab,.fa-solid,.fa-regular,.fa-brands\
{background-color:CanvasText}}
"""
"""Each icon is a mask that is painted in the text's colour."""


def icons(names: set[str]) -> set[str]:
    """The icons among a page's classes: `fa-sun` is the icon "sun"."""
    classes = {name for name in names if name.startswith("fa-")}
    return {name.removeprefix("fa-") for name in classes - STYLE_CLASSES}


def theme_script() -> Path:
    """The theme's own fontawesome.js, from which the shapes are read."""
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


def icon_stylesheet(names: list[str], script: str) -> str:
    """CSS that paints the icons `names`; raises BookError for one that the theme does not have."""
    css = [ICON]
    for name in names:
        found = shape(script, name)
        if found is None:
            raise BookError(f"no icon fa-{name} in the theme's fontawesome.js")
        width, height, path = found
        svg = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}'>"
        data = quote(f"{svg}<path d='{path}'/></svg>", safe=" ='/:-.,")
        css.append(f'.fa-{name}{{--icon:url("data:image/svg+xml,{data}")}}\n')
    return "".join(css)


# -------------------------------------------------------------------------------------- weights


LOADED = 'link:is([rel~="stylesheet"], [rel~="icon"]), script[src], img[src], source[src]'


def transfer_size(content: bytes) -> int:
    """Bytes on the wire: gzipped, or as they are where gzip gains nothing (fonts, images)."""
    return min(len(content), len(gzip.compress(content, 9, mtime=0)))


def first_load(page: Page) -> dict[str, int]:
    """What the first visit of a page fetches: file name and bytes, heaviest first."""
    weights = {"the page itself": transfer_size(page.text().encode())}
    for tag in page.soup.select(LOADED):
        path = page.folder / (page.address(tag) or "")
        if path.name in weights or not path.is_file():
            continue
        content = path.read_bytes()
        weights[path.name] = transfer_size(content)
        if path.suffix == ".css":
            for font in stylesheets.fonts(content.decode(), page.names):
                weights[Path(font).name] = transfer_size((path.parent / font).read_bytes())
    return dict(sorted(weights.items(), key=lambda item: (-item[1], item[0])))


def over_budget(weights: dict[str, int], kilobytes: float) -> str | None:
    """One line on a page that is over its budget, with its five heaviest assets; else None."""
    total = sum(weights.values())
    if total <= kilobytes * 1000:
        return None
    heaviest = ", ".join(
        f"{asset} {size / 1000:.1f} kB" for asset, size in list(weights.items())[:5]
    )
    return (
        f"first load is {total / 1000:.1f} kB gzipped, over the {kilobytes:g} kB of "
        f"book_page_kilobytes; heaviest: {heaviest}"
    )


def setup(app: Sphinx) -> None:
    # Jupyter Book always sets it, also for a book without the extension that reads it.
    app.add_config_value("comments_config", {}, "html")
    app.add_config_value("book_page_kilobytes", 250, "html")
    app.connect("config-inited", configure)
    app.connect("html-page-context", link_files, priority=LATE)
