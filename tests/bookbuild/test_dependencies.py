"""A chapter is read again when the code under it changed, and only then."""

import os

import pytest

from bookbuild import dependencies

CHAPTER = """---
kernelspec:
  name: python3
  display_name: Python 3
---
# Page

```{code-cell} ipython3
%matplotlib inline
from feedforward.costs import squared_error
```
"""


@pytest.fixture
def roots(tmp_path):
    root = tmp_path / "shop"
    for name, source in {
        "__init__.py": "",
        "till.py": "from . import coins\nimport os\n",
        "coins.py": "from shop.metal.copper import melt\n",
        "unused.py": "",
        "metal/__init__.py": "from .zinc import plate\n",
        "metal/copper.py": "def melt():\n    from .. import late\n",
        "metal/zinc.py": "",
        "late.py": "",
        "look.mplstyle": "",
        "page.js": "",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(source)
    return {"shop": root}


def names(files, roots):
    return {path.relative_to(roots["shop"]).as_posix() for path in files}


def test_imports_are_followed_through_packages_functions_and_relative_ones(roots):
    files = names(dependencies.closure(["from shop.till import ring"], roots), roots)
    assert files == {
        "__init__.py",
        "till.py",
        "coins.py",
        "metal/__init__.py",
        "metal/copper.py",
        "metal/zinc.py",
        "late.py",
        "look.mplstyle",
    }


def test_a_module_imported_as_a_name_of_its_package_counts(roots):
    assert "unused.py" in names(dependencies.closure(["from shop import unused"], roots), roots)


def test_other_packages_do_not_count(roots):
    assert dependencies.closure(["import numpy.linalg as la, os"], roots) == set()


def test_sphinx_reads_a_page_again_when_its_code_changes(build, tmp_path, roots, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    chapter = CHAPTER.replace("feedforward.costs import squared_error", "shop import coins")
    read = "doctrees/index.doctree"
    assert build(chapter, book_packages=["shop"]).error is None
    before = (tmp_path / read).stat().st_mtime_ns
    assert build(chapter, book_packages=["shop"]).error is None
    assert (tmp_path / read).stat().st_mtime_ns == before
    later = (tmp_path / read).stat().st_mtime + 10
    os.utime(roots["shop"] / "metal" / "zinc.py", (later, later))
    assert build(chapter, book_packages=["shop"]).error is None
    assert (tmp_path / read).stat().st_mtime_ns > before
