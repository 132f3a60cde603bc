"""A second build, after any edit, is the site that a build from nothing makes.

The book is small, but it has the real one's configuration, and something for each extension to do.
`make twice` compares two builds of the real book.
"""

import io
import os
import shutil
from collections.abc import Callable
from contextlib import redirect_stderr
from pathlib import Path

import pytest
from jupyter_book.sphinx import build_sphinx

from benchmarks.twice import compare
from tests.support.book import ROOT

# Warnings in other packages are not ours. What the build itself warns of fails it.
pytestmark = pytest.mark.filterwarnings("ignore")

HEAD = """---
kernelspec: {name: python3, display_name: Python 3, language: python}
jupytext: {text_representation: {extension: .md, format_name: myst}}
---
"""

SOURCES = {
    "_toc.yml": """format: jb-book
root: chapters/index
parts:
  - numbered: 1
    chapters:
      - file: chapters/lake
      - file: chapters/river
      - file: chapters/glossary
      - file: chapters/claims
      - file: chapters/bibliography
""",
    "chapters/index.md": """# Waters

A {term}`lake` is deep ({doc}`lake`), a [river](river.md) is long. Its depth is {eq}`eq-depth`,
says {cite:t}`knuth`.
""",
    "chapters/lake.md": HEAD
    + """
# The lake

```{code-cell} ipython3
from explorable import explore
import lake
from figures import shores
```

The {term}`lake` is deep.

$$ d(x) = x^2 $$ (eq-depth)

```{code-cell} ipython3
explore(shores.shore, level=(0, 3))
```

At its middle it is {eval}`lake.depth(3)` m deep, <!-- claim twice -->twice 8<!-- /claim --> less 7.
As {cite:t}`knuth` says, {ref}`ex-wade`.

```{code-cell} ipython3
:tags: [measurement]

import time
print(time.time_ns())
```

:::::{admonition} Predict first
:class: question
How deep?

1. shallow
2. deep

::::{admonition} Answer: 2
:class: dropdown
It is deep.
::::
:::::

```{exercise-start} Wade
:label: ex-wade
```
Return 1.
```{exercise-end}
```

```{solution-start} ex-wade
:class: dropdown
```
Return it.
```{solution-end}
```
""",
    "chapters/river.md": "# The river\n\nIt is long, {eq}`eq-depth`, and no {term}`lake`.\n",
    "chapters/glossary.md": """# Glossary

```{glossary}
lake
pond
  Still water. [Here](lake.md).

stream
  Water that runs.
```
""",
    "chapters/claims.md": "# Claims\n\n:::{note}\n:class: claims-list\nA list.\n:::\n",
    "chapters/bibliography.md": "# Bibliography\n\n```{bibliography}\n```\n",
    "chapters/references.bib": """@book{knuth,
  author = {Donald Knuth}, title = {Waters}, publisher = {Shore}, year = {1973}}
""",
    "tests/test_lake.py": '''import pytest


@pytest.mark.claim("twice")
def test_eight(said):
    """It is counted."""
''',
    # `feedforward` itself is the installed one; what lies here is part of the experiments' key.
    "code/feedforward/lake.py": """from feedforward.experiments import kept


@kept
def depth(x):
    return x**2
""",
    "code/feedforward/figures/shores.py": '''from matplotlib.figure import Figure

import lake


def shore(level=0):
    """A shore that falls."""
    figure = Figure(figsize=(2, 1))
    figure.add_subplot().plot([0, lake.depth(level)])
    return figure, f"The level is {level}."
''',
}

COPIED = ("_config.yml", "code/bookbuild/root", "code/bookbuild/static/favicon.svg")
"""Parts of the real book that its configuration names."""

EDITS: dict[str, list[tuple[str, str, str]]] = {
    "a chapter's prose": [("chapters/river.md", "It is long", "It is wide")],
    "a chapter's cell": [("chapters/lake.md", "level=(0, 3)", "level=(0, 4)")],
    "a figure function": [("code/feedforward/figures/shores.py", "The level is", "Level")],
    "an experiment": [("code/feedforward/lake.py", "x**2", "x**3")],
    "a bibliography entry": [("chapters/references.bib", "1973", "1974")],
    "a glossary term": [("chapters/glossary.md", "pond", "tarn")],
    "a claim's test": [("tests/test_lake.py", "It is counted.", "It is weighed.")],
    "a deleted page": [
        ("_toc.yml", "      - file: chapters/river\n", ""),
        ("chapters/index.md", "[river](river.md)", "river"),
    ],
}
"""Each edit: the files, what stands there, and what takes its place."""


def write(book: Path) -> None:
    for name, text in SOURCES.items():
        path = book / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    for name in COPIED:
        (book / name).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, book / name)


def edit(book: Path, what: str) -> None:
    for name, old, new in EDITS[what]:
        text = (book / name).read_text("utf-8")
        assert text.count(old) == 1, f"{name} holds {old!r} {text.count(old)} times"
        (book / name).write_text(text.replace(old, new), "utf-8")
    if what == "a deleted page":
        (book / "chapters" / "river.md").unlink()


@pytest.fixture(scope="module")
def build(tmp_path_factory) -> Callable[[], Path]:
    """Build the book, as Jupyter Book does, and return its site's folder."""
    book = tmp_path_factory.mktemp("warm") / "book"
    write(book)

    def run() -> Path:
        # The theme adds to a list of Sphinx's in place, which the next build would find.
        overrides = {"latex_individualpages": False, "templates_path": []}
        site, code = book / "_build" / "html", book / "code" / "feedforward"
        with pytest.MonkeyPatch.context() as patch, redirect_stderr(io.StringIO()) as said:
            patch.setenv("PYTHONPATH", os.pathsep.join([str(code), str(ROOT / "code")]))
            patch.syspath_prepend(str(code))
            for name in ("EXPLORABLE_STATIC", "FEEDFORWARD_KEPT"):
                patch.setenv(name, "")  # set by a build for its kernels: not to leak
            failed = build_sphinx(
                book,
                site,
                noconfig=True,
                path_config=book / "_config.yml",
                confoverrides=overrides | {"nitpicky": True},
                warningiserror=True,
                keep_going=True,
                quiet=True,
            )
        assert not failed, said.getvalue()
        return site

    run.book = book
    return run


@pytest.fixture(scope="module")
def base(build, tmp_path_factory) -> Path:
    """The book as it is before any edit, built."""
    build()
    return shutil.copytree(build.book, tmp_path_factory.mktemp("base") / "book")


@pytest.mark.parametrize("what", EDITS)
def test_a_warm_build_after_an_edit_is_a_cold_one(build, base, tmp_path, what):
    shutil.rmtree(build.book)
    shutil.copytree(base, build.book)
    edit(build.book, what)
    warm = shutil.move(build(), tmp_path / "warm")
    shutil.rmtree(build.book / "_build")
    cold = build()

    unedited = compare(base / "_build" / "html", cold)
    assert unedited.differences != [], "the edit changes no page"
    found = compare(warm, cold)
    assert found.differences == []
    assert found.identical < found.files, "the measured cell is not there"


def test_a_second_build_executes_nothing(build, base, tmp_path):
    """The measured cell shows the time of the first build."""
    shutil.rmtree(build.book)
    shutil.copytree(base, build.book)
    found = compare(base / "_build" / "html", build())
    assert found.identical == found.files
