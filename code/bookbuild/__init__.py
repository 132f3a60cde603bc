"""The Sphinx extension that makes the book's pages: light, local, readable by everyone.

One idea a module. `PARTS` lists them in the order in which they take part in a build.
"""

from __future__ import annotations

from importlib import import_module

from sphinx.application import Sphinx

PARTS = (
    "fresh",
    "defects",
    "assets",
    "comments",
    "formulas",
    "highlighting",
    "explorables",
    "experiments",
    "kernels",
    "execution",
    "questions",
    "marks",
    "claims",
    "disclosure",
    "exercises",
    "citations",
    "alternatives",
    "launch",
    "reading",
    "figures",
    "previews",
    "icons",
    "stylesheet",
    "budget",
)


def setup(app: Sphinx) -> dict[str, object]:
    # Imported here, so that `python -m bookbuild.install` loads that module alone.
    for part in PARTS:
        import_module(f"bookbuild.{part}").setup(app)
    # Pages are made one after another: formulas go through one process.
    return {"parallel_read_safe": False, "parallel_write_safe": False}
