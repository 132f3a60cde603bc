"""A chapter is read again when the code under it changed, and only then."""

import os
import sys

import pytest

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
def shop(tmp_path, monkeypatch):
    """A package of the test's own: coins, which are of zinc."""
    root = tmp_path / "shop"
    root.mkdir()
    (root / "__init__.py").touch()
    (root / "coins.py").write_text("from .zinc import plate\n")
    (root / "zinc.py").write_text("plate = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield root
    for name in [name for name in sys.modules if name.partition(".")[0] == "shop"]:
        del sys.modules[name]


def test_sphinx_reads_a_page_again_when_its_code_changes(build, tmp_path, shop):
    chapter = CHAPTER.replace("feedforward.costs import squared_error", "shop import coins")
    read = "doctrees/index.doctree"
    assert build(chapter).error is None
    before = (tmp_path / read).stat().st_mtime_ns
    assert build(chapter).error is None
    assert (tmp_path / read).stat().st_mtime_ns == before
    later = (tmp_path / read).stat().st_mtime + 10
    os.utime(shop / "zinc.py", (later, later))
    assert build(chapter).error is None
    assert (tmp_path / read).stat().st_mtime_ns > before
