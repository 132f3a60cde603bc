"""What a reader can do with a chapter: run it on Binder, download it, edit its source.

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
from urllib.parse import quote

import jupytext
import nbformat
from sphinx.application import Sphinx

from bookbuild.lint import BookError


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


def edit_url(address: str, branch: str, source: str) -> str | None:
    """Where the host lets one edit the file `source`; None for a host that we do not know."""
    host = address.removeprefix("https://").partition("/")[0]
    form = {"github.com": "/edit/", "gitlab.com": "/-/edit/"}.get(host)
    return f"{address}{form}{branch}/{quote(source)}" if form else None


def notebook(source: Path) -> str:
    """A chapter as .ipynb text, without outputs, the same at every build."""
    book = jupytext.read(source)
    for number, cell in enumerate(book.cells):
        cell["id"] = hashlib.sha256(f"{number}".encode()).hexdigest()[:8]
    return nbformat.writes(book) + "\n"


def find_repository(app: Sphinx) -> None:
    configured = app.config.html_theme_options.get("repository_url") or ""
    environment = os.environ.get("BOOK_REPOSITORY_URL")
    app.bookbuild_repository = repository(configured, environment, git_remote(Path(app.srcdir)))
    if environment and not app.bookbuild_repository:
        raise BookError(f"BOOK_REPOSITORY_URL is not a repository's address: {environment!r}")


def add_actions(app: Sphinx, pagename, templatename, context, doctree) -> None:
    """Give the page's template the list `book_actions`."""
    actions = context["book_actions"] = []
    if doctree is None:
        return
    source = Path(app.env.doc2path(pagename))
    inside = source.relative_to(app.srcdir).as_posix()
    address, is_notebook = app.bookbuild_repository, "kernelspec" in app.env.metadata[pagename]
    if address and is_notebook:
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
    branch = app.config.html_theme_options.get("repository_branch") or "main"
    if address and (url := edit_url(address, branch, inside)):
        title = "Suggest a change to this page"
        actions.append({"url": url, "icon": "pencil", "text": "Edit", "title": title})


def setup(app: Sphinx) -> None:
    app.add_config_value("book_binderhub", "https://mybinder.org", "html")
    app.connect("builder-inited", find_repository)
    app.connect("html-page-context", add_actions, priority=900)
