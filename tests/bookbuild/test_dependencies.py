"""What a chapter depends on is read from its imports, and followed."""

import sys

import pytest

from bookbuild.dependencies import sources

CHAPTER = """---
kernelspec:
  name: python3
  display_name: Python 3
---
# Page

```{code-cell} ipython3
%matplotlib inline
from shop import coins
```
"""


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """A package of the test's own: coins, which are of zinc; paper, which no coin needs."""
    root = tmp_path / "shop"
    root.mkdir()
    (root / "__init__.py").touch()
    (root / "coins.py").write_text("from .zinc import plate\n")
    (root / "zinc.py").write_text("plate = 1\n")
    (root / "paper.py").write_text("notes = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield root
    for name in [name for name in sys.modules if name.partition(".")[0] == "shop"]:
        del sys.modules[name]


def test_a_chapter_depends_on_what_it_imports_and_on_their_imports(tmp_path, shop):
    chapter = tmp_path / "page.md"
    chapter.write_text(CHAPTER)
    assert {path.name for path in sources(chapter)} == {"__init__.py", "coins.py", "zinc.py"}
