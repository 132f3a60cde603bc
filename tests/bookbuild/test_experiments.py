"""A build keeps its experiments' results for as long as the code that computes them stands."""

import pytest

from bookbuild.experiments import folder

FILES = {
    "units.py": True,
    "experiments/depth.py": True,
    "figures/depth.py": False,
    "exercises/depth.py": False,
    "typography.py": False,
}
"""Files of the package, and whether a change of them may change a result."""


@pytest.fixture
def book(tmp_path):
    for name in FILES:
        path = tmp_path / "code" / "feedforward" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("width = 3\n")
    return tmp_path


@pytest.mark.parametrize(("name", "again"), FILES.items())
def test_what_computes_is_asked_anew_when_it_changes_what_only_shows_is_not(book, name, again):
    before = folder(book)
    assert folder(book) == before
    (book / "code" / "feedforward" / name).write_text("width = 4\n")
    assert (folder(book) != before) == again


def test_kernels_are_told_and_results_of_earlier_code_are_thrown_away(build, tmp_path, monkeypatch):
    old = tmp_path / "source" / "_build" / ".experiments" / "of-earlier-code"
    old.mkdir(parents=True)
    current = folder((tmp_path / "source").resolve())
    current.mkdir()
    assert build("# Page\n").error is None
    assert current.is_dir() and not old.exists()
