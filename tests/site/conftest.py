"""Every page of the built site, opened in a real browser from a server and from a folder."""

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from playwright.sync_api import Browser

from tests.support import book
from tests.support.visits import Standing, Visit, Visits

MEASURED = "measured on the site"
TRANSPORTS = ("http", "file")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Pages and figures are found in the build. Without a build, one test says so and fails.

    A module may name the page whose visits from a folder stand for all others': FROM_A_FOLDER.
    """
    representative = getattr(metafunc.module, "FROM_A_FOLDER", None)
    by_page = "page_name" in metafunc.fixturenames
    if "base" in metafunc.fixturenames and not (by_page and representative):
        metafunc.parametrize("base", TRANSPORTS, indirect=True)
    if not by_page:
        return
    if "figure_id" in metafunc.fixturenames:
        names = ["page_name", "figure_id"]
        found = [list(explorer) for explorer in book.explorers()] or [["", ""]]
    else:
        names = ["page_name"]
        found = [[page] for page in book.pages() if not book.leads_to(page)] or [[""]]
    if representative is None or "base" not in metafunc.fixturenames:
        metafunc.parametrize(names, found, ids=map("#".join, found))
        return
    visits = [
        pytest.param(
            base,
            *each,
            id=f"{'#'.join(each)}-{base}",
            marks=metafunc.module.OTHERS if base == "file" and each[0] != representative else (),
        )
        for each in found
        for base in TRANSPORTS
    ]
    metafunc.parametrize(["base", *names], visits, indirect=["base"])


@pytest.fixture
def base(request: pytest.FixtureRequest, site, address) -> str:
    """Where pages are opened: on a server, then from the folder."""
    return address if request.param == "http" else f"{site.as_uri()}/"


@pytest.fixture
def visits(browser: Browser, base: str) -> Iterator[Visits]:
    visits = Visits(browser, base)
    yield visits
    visits.close()


@pytest.fixture
def served_visits(browser: Browser, address: str) -> Iterator[Visits]:
    """As `visits`, from the server alone, where the transport makes no difference."""
    visits = Visits(browser, address)
    yield visits
    visits.close()


@pytest.fixture(scope="session")
def all_standing(browser: Browser) -> Iterator[Standing]:
    standing = Standing(browser)
    yield standing
    standing.close()


@pytest.fixture
def visit(all_standing: Standing, base: str, page_name: str) -> Iterator[Visit]:
    """The visit of a page that serves all its tests. While a test looks at it, it must not err."""
    yield all_standing.visit(base, page_name)
    assert all_standing.news() == []


@pytest.fixture
def served_visit(
    all_standing: Standing, address: str, page_name: str
) -> Iterator[Callable[..., Visit]]:
    """`served_visit(**options)`: from the server alone, where the transport makes no difference."""
    yield partial(all_standing.visit, address, page_name)
    assert all_standing.news() == []


@pytest.fixture
def note(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Say a measurement at the end of the run, passed or failed."""
    return partial(record_property, MEASURED)


def pytest_terminal_summary(terminalreporter) -> None:
    reports = [
        report for name in ("passed", "failed") for report in terminalreporter.getreports(name)
    ]
    lines = [
        text for report in reports for name, text in report.user_properties if name == MEASURED
    ]
    if lines:
        terminalreporter.section(MEASURED)
        for line in lines:
            terminalreporter.write_line(line)
