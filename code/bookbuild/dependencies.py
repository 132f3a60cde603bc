"""A chapter is executed again when the code that it imports has changed.

Sphinx reads a page again when a file that the page depends on is newer. Here a chapter's
cells are parsed, not run: each import from the book's own packages leads to a file, its
imports to further files. The packages' data (style sheets, tables) count as imported with
them.
"""

from __future__ import annotations

import ast
import warnings
from importlib.util import find_spec
from pathlib import Path

import jupytext
from sphinx.application import Sphinx
from sphinx.util import logging

LOGGER = logging.getLogger(__name__)
NOT_EXECUTED = {".js", ".css", ".pyc"}
"""Files of a package that make no output: a page's own assets, and Python's cache."""


def imported(source: str, package: str = "") -> set[str]:
    """Dotted names that `source` imports; relative ones are resolved in `package`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # the kernel will say it
        tree = ast.parse(source)
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*parents, base] if base else parents)
            # `from a import b`: b may be a module of a, or a name in it.
            names |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
    return names


def module_files(name: str, roots: dict[str, Path]) -> dict[str, Path]:
    """The modules that importing `name` runs (its packages, then itself), and their files."""
    top, *rest = name.split(".")
    if top not in roots:
        return {}
    folder, found = roots[top], {top: roots[top] / "__init__.py"}
    for depth, part in enumerate(rest, start=2):
        dotted = ".".join(name.split(".")[:depth])
        if (folder / part / "__init__.py").is_file():
            folder /= part
            found[dotted] = folder / "__init__.py"
        elif (folder / f"{part}.py").is_file():
            found[dotted] = folder / f"{part}.py"
            break
        else:
            break
    return found


def closure(sources: list[str], roots: dict[str, Path]) -> set[Path]:
    """Every file of the packages `roots` that running `sources` reads."""
    waiting = {name for source in sources for name in imported(source)}
    files: set[Path] = set()
    while waiting:
        for module, path in module_files(waiting.pop(), roots).items():
            if path not in files:
                files.add(path)
                package = module if path.name == "__init__.py" else module.rpartition(".")[0]
                waiting |= imported(path.read_text("utf-8"), package)
    for root in roots.values():
        if root / "__init__.py" in files:
            files |= {path for path in root.rglob("*") if _is_data(path)}
    return files


def _is_data(path: Path) -> bool:
    return path.is_file() and path.suffix not in {".py", *NOT_EXECUTED}


def cells(chapter: Path) -> list[str]:
    """The Python of a chapter's code cells, without IPython's own commands."""
    book = jupytext.read(chapter)
    code = [cell.source for cell in book.cells if cell.cell_type == "code"]
    return [
        "\n".join(line for line in source.splitlines() if line[:1] not in "%!") for source in code
    ]


def package_roots(names: list[str]) -> dict[str, Path]:
    return {name: Path(find_spec(name).origin).parent for name in names}


def note(app: Sphinx, doctree) -> None:
    """Tell Sphinx what the page that was just read depends on."""
    docname = app.env.docname
    if "kernelspec" not in app.env.metadata[docname]:
        return
    roots = package_roots(app.config.book_packages)
    for path in sorted(closure(cells(Path(app.env.doc2path(docname))), roots)):
        app.env.note_dependency(str(path))


def setup(app: Sphinx) -> None:
    app.add_config_value("book_packages", ["feedforward", "explorable"], "")
    app.connect("doctree-read", note)
