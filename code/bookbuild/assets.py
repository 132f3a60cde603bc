"""What a page loads: our own few files, the theme's scripts that we use, nothing else.

Stylesheets and scripts that extensions add to every page are taken off again unless the
page uses them; `_static` is cleared of files that no page names.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

HERE = Path(__file__).parent
STATIC = HERE / "static"
TEMPLATES = HERE / "templates"
WRITTEN = 600
"""Priority on `build-finished`: after the extensions have copied their own files."""

SCRIPTS = (
    "documentation_options.js",
    "doctools.js",
    "sphinx_highlight.js",
    "clipboard.min.js",
    "copybutton.js",
    "scripts/sphinx-book-theme.js",
    "scripts/pydata-sphinx-theme.js",
    "book.js",
)
"""The scripts of every page, by their path in `_static`. Left out on purpose: bootstrap
(dropdowns and tooltips that we do without), fontawesome, require.js, html-manager, thebe,
togglebutton."""

COPYING = ("clipboard.min.js", "copybutton.js")
"""There when sphinx_copybutton is among the extensions."""

SCRIPT_IF = {
    "questions.js": 'class="question-form',
    "explorable/explorable.js": "data-frames=",
    "design-tabs.js": "sd-tab-set",
}
"""Scripts that a page loads when its body holds this text."""

STYLE_IF = {
    "questions.css": 'class="question-form',
    "explorable/explorable.css": 'class="explorable',
    "katex/katex.min.css": 'class="katex',
}

STYLES = ("theme.css", "icons.css", "book.css")
"""theme.css, which goes into the pages, and icons.css are made when all pages are there
(stylesheet.py, icons.py)."""

THEME = {
    "navbar_persistent": [],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
    "use_download_button": False,
    "use_fullscreen_button": False,
    "toc_title": "On this page",
}
DYNAMIC = ("explorable/*", "katex/fonts/*", "opensearch.xml", "figures.js", "previews.js")
"""Files of `_static` that no page names in its HTML: named by scripts and stylesheets."""


def configure(app: Sphinx, config: Config) -> None:
    """Our folders come first, and a change in them rewrites every page."""
    config.templates_path = [str(TEMPLATES), *config.templates_path]
    config.html_static_path = [*config.html_static_path, str(STATIC)]
    config.book_sources_digest = digest(HERE)
    for name, value in THEME.items():
        config.html_theme_options.setdefault(name, value)


def digest(folder: Path) -> str:
    """A hash of the names and bytes of every file that makes pages."""
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            total.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def choose(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    """Put this page's stylesheets and scripts, and only those, into its context."""
    body = context.get("body", "") or ""
    theirs = [_path(css) for css in context.get("css_files", [])]
    app.bookbuild_stylesheets = [path for path in theirs if not _is_ours(path)]
    styles = [*(name for name, sign in STYLE_IF.items() if sign in body), *STYLES]
    offered = {_path(js) for js in context.get("script_files", [])}
    scripts = [name for name in SCRIPTS if name not in COPYING or f"_static/{name}" in offered]
    scripts += (name for name, sign in SCRIPT_IF.items() if sign in body)
    context["css_files"][:] = []
    context["script_files"][:] = []
    # The search page's own scripts need what these define at once.
    loading = {} if pagename == "search" else {"loading_method": "defer"}
    for priority, name in enumerate(styles):
        app.add_css_file(name, priority=priority)
    for priority, name in enumerate(scripts):
        app.add_js_file(name, priority=priority, **loading)


def _path(asset) -> str:
    return str(getattr(asset, "filename", asset) or "")


def _is_ours(path: str) -> bool:
    return path.removeprefix("_static/") in {*STYLE_IF, *STYLES}


def pages(app: Sphinx) -> list[Path]:
    """Every page of the site, in a fixed order (the theme puts templates into `_static`)."""
    out = Path(app.outdir)
    return sorted(
        page for page in out.rglob("*.html") if page.relative_to(out).parts[0] != "_static"
    )


def named_files(html: str) -> set[str]:
    """The paths below `_static/` that a page names in its HTML."""
    return set(re.findall(r"""["'(](?:\.\./)*_static/([^"'?#)]+)""", html))


def tidy(app: Sphinx, exception: Exception | None) -> None:
    """Remove what was copied into `_static` and is named nowhere: 5 MB of the theme's."""
    if exception is not None or app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    named = {name for page in pages(app) for name in named_files(page.read_text("utf-8"))}
    for path in sorted(static.rglob("*"), reverse=True):
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif path.relative_to(static).as_posix() not in named and not any(
            path.relative_to(static).match(pattern) for pattern in DYNAMIC
        ):
            path.unlink()


def setup(app: Sphinx) -> None:
    app.bookbuild_stylesheets = []
    app.add_config_value("book_sources_digest", "", "html")
    # Jupyter Book always sets it, also for a book without the extension that reads it.
    app.add_config_value("comments_config", {}, "html")
    app.connect("config-inited", configure)
    app.connect("html-page-context", choose, priority=950)
    app.connect("build-finished", tidy, priority=WRITTEN + 20)
