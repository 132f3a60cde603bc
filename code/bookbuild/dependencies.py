"""A chapter is executed again when the code that it imports has changed.

Sphinx reads a page again when a file that the page depends on is newer. A chapter's cells are
parsed, not run: each import of the book's own packages leads to files, their imports to further
ones, as for a figure's drawings.
"""

from __future__ import annotations

import warnings
from pathlib import Path

import jupytext
from sphinx.application import Sphinx

from explorable.sources import imported_modules, local_sources


def cells(chapter: Path) -> list[str]:
    """The Python of a chapter's code cells, without IPython's own commands."""
    book = jupytext.read(chapter)
    code = [cell.source for cell in book.cells if cell.cell_type == "code"]
    return [
        "\n".join(line for line in source.splitlines() if line[:1] not in "%!") for source in code
    ]


def note(app: Sphinx, doctree) -> None:
    """Tell Sphinx what the page that was just read depends on."""
    docname = app.env.docname
    if "kernelspec" not in app.env.metadata[docname]:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # the kernel will say it
        names = [
            name
            for source in cells(Path(app.env.doc2path(docname)))
            for name in imported_modules(source)
        ]
    for path in local_sources(names):
        app.env.note_dependency(str(path))


def setup(app: Sphinx) -> None:
    app.connect("doctree-read", note)
