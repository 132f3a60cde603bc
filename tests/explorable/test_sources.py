"""Which files a module depends on."""

import sys

import pytest

from explorable.sources import fingerprint, imported_modules, local_sources


def test_imports_are_found_wherever_they_stand():
    source = "import a.b\nfrom c import d\ndef f():\n    from .e import g\n    from . import h"
    found = set(imported_modules(source, "pack.age"))
    assert {"a", "a.b", "c", "c.d", "pack.age.e", "pack.age.h"} <= found


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """A package whose modules import each other in every way."""
    for name, source in {
        "__init__.py": "",
        "till.py": "from . import coins\nimport os\n",
        "coins.py": "from shop.metal.copper import melt\n",
        "unused.py": "",
        "metal/__init__.py": "from .zinc import plate\n",
        "metal/copper.py": "def melt():\n    from .. import late\n",
        "metal/zinc.py": "plate = 1\n",
        "late.py": "",
        "look.mplstyle": "",
        "page.js": "",
    }.items():
        path = tmp_path / "shop" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path / "shop"
    for name in [name for name in sys.modules if name.partition(".")[0] == "shop"]:
        del sys.modules[name]


def test_imports_are_followed_through_packages_functions_and_relative_ones(shop):
    found = {p.relative_to(shop).as_posix() for p in local_sources(["shop.till"])}
    assert found == {
        "__init__.py",
        "till.py",
        "coins.py",
        "metal/__init__.py",
        "metal/copper.py",
        "metal/zinc.py",
        "late.py",
        "look.mplstyle",
    }


def test_installed_packages_and_the_standard_library_are_left_out():
    assert local_sources(["numpy", "json", "sys", "no_such_module"]) == []


def test_a_fingerprint_tells_contents_apart(tmp_path):
    file = tmp_path / "a.py"
    file.write_text("1")
    before = fingerprint([file])
    file.write_text("2")
    assert before != fingerprint([file])
