"""A build keeps its experiments' results for as long as the code that computes them stands."""

import os

import pytest

from bookbuild import caches

FILES = {
    "units.py": True,
    "experiments/depth.py": True,
    "figures/depth.py": False,
    "exercises/depth.py": False,
    "typography.py": False,
}
"""Files of the package, and whether a change of them may change a result."""


CONFIG = {
    "book_experiments": "code/subject",
    "book_experiments_shown_by": ["figures", "exercises", "typography.py"],
    "book_experiments_variable": "SUBJECT_RESULTS",
}


def folder(book):
    """Where the book in the folder `book` keeps its results."""
    code, shown_by, _ = CONFIG.values()
    return caches.folder(book, code, shown_by)


@pytest.fixture
def book(tmp_path):
    for name in FILES:
        path = tmp_path / "code" / "subject" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("width = 3\n")
    return tmp_path


@pytest.mark.parametrize(("name", "again"), FILES.items())
def test_what_computes_is_asked_anew_when_it_changes_what_only_shows_is_not(book, name, again):
    before = folder(book)
    assert folder(book) == before
    (book / "code" / "subject" / name).write_text("width = 4\n")
    assert (folder(book) != before) == again


def test_kernels_are_told_and_results_of_earlier_code_are_thrown_away(build, tmp_path, monkeypatch):
    old = tmp_path / "source" / "_build" / ".experiments" / "of-earlier-code"
    old.mkdir(parents=True)
    current = folder((tmp_path / "source").resolve())
    current.mkdir()
    monkeypatch.setenv("SUBJECT_RESULTS", "")
    assert build("# Page\n", **CONFIG).error is None
    assert os.environ["SUBJECT_RESULTS"] == str(current)
    assert current.is_dir() and not old.exists()
