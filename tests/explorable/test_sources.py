"""Which files a module depends on."""

import explorable
from explorable.sources import fingerprint, imported_modules, local_sources


def test_imports_are_found_wherever_they_stand():
    source = "import a.b\nfrom c import d\ndef f():\n    from .e import g\n    from . import h"
    found = set(imported_modules(source, "pack.age"))
    assert {"a", "a.b", "c", "c.d", "pack.age.e", "pack.age.h"} <= found


def test_a_package_brings_its_modules_and_the_files_beside_them():
    names = {path.name for path in local_sources(["explorable"])}
    assert {"explore.py", "static.py", "svg.py", "explorable.js"} <= names


def test_installed_packages_and_the_standard_library_are_left_out():
    assert local_sources(["numpy", "json", "sys", "no_such_module"]) == []


def test_a_fingerprint_tells_contents_apart(tmp_path):
    file = tmp_path / "a.py"
    file.write_text("1")
    before = fingerprint([file])
    file.write_text("2")
    assert before != fingerprint([file])
    assert explorable.__file__
