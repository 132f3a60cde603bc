"""Which files of the book's own packages a chapter depends on.

Its cells are parsed, not run: each import leads to files, their imports to further ones, as for a
figure's drawings.
"""

from __future__ import annotations

import warnings
from pathlib import Path

import jupytext

from explorable.sources import imported_modules, local_sources


def cells(chapter: Path) -> list[str]:
    """The Python of a chapter's code cells, without IPython's own commands."""
    book = jupytext.read(chapter)
    code = [cell.source for cell in book.cells if cell.cell_type == "code"]
    return [
        "\n".join(line for line in source.splitlines() if line[:1] not in "%!") for source in code
    ]


def sources(chapter: Path) -> list[Path]:
    """The files of the book's own packages that a chapter's cells import, directly or not."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # the kernel will say it
        names = [name for source in cells(chapter) for name in imported_modules(source)]
    return local_sources(names)
