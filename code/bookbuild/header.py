"""The head of a page: buttons to run, download and edit a chapter, and its reading time.

The repository's address is said in one place, `_config.yml: repository: url`. The
environment variable BOOK_REPOSITORY_URL overrides it; where both are empty the git remote
`origin` is asked. Without an address there are no such buttons, rather than dead ones.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
from pathlib import Path
from urllib.parse import quote, urlsplit

import jupytext
import nbformat
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

from bookbuild.explorables import frames
from bookbuild.lint import BookError
from bookbuild.site import LATE

EDIT_ON = {"github.com", "gitlab.com"}
"""Hosts whose address for editing a file the theme knows."""


def repository(configured: str, environment: str | None, remote: str | None) -> str | None:
    """The first address that is given, as `https://host/owner/name`, or None."""
    for address in (environment, configured, remote):
        if address and address.strip():
            return normalise(address.strip())
    return None


def normalise(address: str) -> str | None:
    """`git@host:owner/name.git` and its kin as a web address; None for a folder on disk."""
    address = address.removesuffix("/").removesuffix(".git")
    if ssh := re.fullmatch(r"(?:ssh://)?(?:[^@/]+@)([^:/]+)(?::\d+/|[:/])(.+)", address):
        return f"https://{ssh[1]}/{ssh[2]}"
    if web := re.fullmatch(r"https?://(?:[^@/]*@)?([^/]+/.+)", address):
        return f"https://{web[1]}"
    return None


def git_remote(folder: Path) -> str | None:
    """The address of the remote `origin`; None where there is none, or no git."""
    try:
        run = subprocess.run(
            ["git", "-C", folder, "remote", "get-url", "origin"], capture_output=True, text=True
        )
    except FileNotFoundError:
        return None
    return run.stdout.strip() or None


def binder_url(hub: str, address: str, source: str) -> str:
    """The address that opens the file `source` as a notebook in JupyterLab on a BinderHub."""
    host, _, path = address.removeprefix("https://").partition("/")
    if host == "github.com":
        spec = f"gh/{path}"
    elif host == "gitlab.com":
        spec = f"gl/{quote(path, safe='')}"
    else:
        spec = f"git/{quote(address, safe='')}"
    return f"{hub.rstrip('/')}/v2/{spec}/HEAD?urlpath=lab/tree/{quote(source)}"


def notebook(source: Path) -> str:
    """A chapter as .ipynb text, without outputs, the same at every build."""
    book = jupytext.read(source)
    for number, cell in enumerate(book.cells):
        cell["id"] = hashlib.sha256(f"{number}".encode()).hexdigest()[:8]
    return nbformat.writes(book) + "\n"


def find_repository(app: Sphinx, config: Config) -> None:
    """Tell the theme the repository's address, if its host is one where files can be edited."""
    configured = config.html_theme_options.get("repository_url") or ""
    environment = os.environ.get("BOOK_REPOSITORY_URL")
    address = repository(configured, environment, git_remote(Path(app.srcdir)))
    if environment and not address:
        raise BookError(f"BOOK_REPOSITORY_URL is not a repository's address: {environment!r}")
    editable = address and urlsplit(address).hostname in EDIT_ON
    config.book_repository = address
    config.html_theme_options["repository_url"] = address if editable else ""


def add_buttons(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    """Give the page's template the list `book_actions`."""
    actions = context["book_actions"] = []
    if doctree is None:
        return
    source = Path(app.env.doc2path(pagename))
    address, is_notebook = app.config.book_repository, "kernelspec" in app.env.metadata[pagename]
    if address and is_notebook:
        inside = source.relative_to(app.srcdir).as_posix()
        url = binder_url(app.config.book_binderhub, address, inside)
        title = "Run this chapter on Binder, in your browser"
        actions.append({"url": url, "icon": "rocket", "text": "Run", "title": title})
    if is_notebook:
        target = Path(app.outdir) / "_downloads" / f"{source.stem}.ipynb"
        target.parent.mkdir(exist_ok=True)
        target.write_text(notebook(source), "utf-8", newline="\n")
        url = context["pathto"](f"_downloads/{target.name}", 1)
        title = "Download this chapter as a notebook"
        action = {"url": url, "icon": "download", "text": "Notebook", "title": title}
        actions.append(action | {"download": True})
    if app.config.html_theme_options["repository_url"]:
        _, url = context["get_edit_provider_and_url"]()
        title = "Suggest a change to this page"
        actions.append({"url": url, "icon": "pencil", "text": "Edit", "title": title})


WORDS_A_MINUTE = 180


class reading_time(nodes.General, nodes.Element):
    """A line below the heading. Its words are in an attribute, so that no search finds them."""


def words_to_read(source: str) -> int:
    """Words and formulas of a chapter, its tables and exercises included, its code left out."""
    source = re.sub(r"\A---.*?^---$", "", source, flags=re.DOTALL | re.MULTILINE)
    source = re.sub(r"<!--.*?-->", "", source, flags=re.DOTALL)
    source = re.sub(r"^```\{code-cell\}.*?^```$", "", source, flags=re.DOTALL | re.MULTILINE)
    return len(re.sub(r"\{eval\}(`+).*?\1", "number", source, flags=re.DOTALL).split())


def minutes(words: int) -> int:
    """Reading time, to five minutes."""
    return max(5, 5 * round(words / WORDS_A_MINUTE / 5))


def add_reading_time(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Add a line below a numbered chapter's heading: minutes to read, interactive figures."""
    heading = doctree.next_node(nodes.title)
    if heading is None or not app.env.toc_secnumbers.get(docname):
        return
    words = words_to_read(Path(app.env.doc2path(docname)).read_text("utf-8"))
    line = f"{minutes(words)} minutes to read"
    if count := sum(len(frames(html.astext())) for html in doctree.findall(nodes.raw)):
        line += f" · {count} figures that answer"
    heading.parent.insert(heading.parent.index(heading) + 1, reading_time(line=line))


def visit_reading_time(translator, node: reading_time) -> None:
    translator.body.append(f'<p class="reading-time">{node["line"]}</p>\n')
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    app.add_config_value("book_binderhub", "https://mybinder.org", "html")
    app.add_config_value("book_repository", None, "html")
    app.add_node(reading_time, html=(visit_reading_time, None))
    app.connect("config-inited", find_repository)
    app.connect("doctree-resolved", add_reading_time)
    app.connect("html-page-context", add_buttons, priority=LATE)
