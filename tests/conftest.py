"""What all tests share: a browser, and the built site on a server of this machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from bookbuild import caches
from booktools.browser import launched
from tests.support import book
from tests.support.server import served

SHARED = ("page_name", "executed", "trained", "path")
"""The parameters of a test that name a page or a chapter."""

FIRST = ("booktools", "bookbuild", "chapters", "site")
"""What wants a process without a browser yet, then what takes longest: all else fills the gaps."""


def group(item: pytest.Item) -> str:
    """The tests that share what is slow to set up: an open page, an executed notebook."""
    values = item.callspec.params if hasattr(item, "callspec") else {}
    page = getattr(values.get("explorer"), "page", None)
    shared = next((values[name] for name in SHARED if name in values), page)
    return f"{item.path.parent.name} {shared or item.path}"


@pytest.hookimpl(tryfirst=True)  # xdist reads the marks in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests of a page or of a chapter follow each other, and one worker runs them."""
    groups: dict[str, list[pytest.Item]] = {}
    for item in items:
        groups.setdefault(group(item), []).append(item)
    for name, members in groups.items():
        for item in members:
            item.add_marker(pytest.mark.xdist_group(name))

    def place(members: list[pytest.Item]) -> int:
        folder = members[0].path.parent.name
        return FIRST.index(folder) if folder in FIRST else len(FIRST)

    items[:] = [item for members in sorted(groups.values(), key=place) for item in members]


@pytest.fixture(scope="session", autouse=True)
def what_the_build_trained() -> Iterator[None]:
    """Tests of figures show the results that a build of this very code kept, and keep their own."""
    with pytest.MonkeyPatch.context() as patch:
        code, shown_by = (book.CONFIG[f"book_experiments{end}"] for end in ("", "_shown_by"))
        folder = caches.folder(book.ROOT, code, shown_by)
        patch.setenv(book.CONFIG["book_experiments_variable"], str(folder))
        yield


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real, headless Chromium. A machine without one fails: nothing is skipped."""
    try:
        with launched() as browser:
            yield browser
    except RuntimeError as missing:
        pytest.fail(str(missing), pytrace=False)


@pytest.fixture(scope="session")
def site() -> Path:
    """The built site; it must show the sources as they are now."""
    if problem := book.why_not_current():
        pytest.fail(problem, pytrace=False)
    return book.SITE


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """The site on a server of this machine."""
    with served(site) as url:
        yield url
