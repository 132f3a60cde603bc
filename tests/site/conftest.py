"""Every page of the built site, opened in a real browser from a server and from a folder."""

from collections.abc import Callable, Iterator
from functools import partial
from urllib.parse import urldefrag

import pytest
from playwright.sync_api import Browser, Page

from tests.support import book

MEASURED = "measured on the site"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Pages and figures are found in the build. Without a build, one test says so and fails."""
    if "page_name" in metafunc.fixturenames and "figure_id" in metafunc.fixturenames:
        found = book.explorers() or [("", "")]
        ids = [f"{page}#{figure}" for page, figure in found]
        metafunc.parametrize(("page_name", "figure_id"), found, ids=ids)
    elif "page_name" in metafunc.fixturenames:
        metafunc.parametrize("page_name", book.pages() or [""])


class Visits:
    """Opens pages and keeps what went wrong on them."""

    def __init__(self, browser: Browser, base: str) -> None:
        self.browser = browser
        self.base = base
        self.errors: list[str] = []
        self.foreign: list[str] = []
        self.requested: list[str] = []
        self.contexts = []

    def open(self, name: str, **options) -> Page:
        """A page at rest, in a fresh browser profile; options are those of `new_context`."""
        options = {"viewport": {"width": 1280, "height": 800}} | options
        context = self.browser.new_context(**options)
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.errors.append(f"uncaught: {error}"))
        page.on("request", lambda request: self._asked(request.url))
        page.on("requestfailed", lambda r: self.errors.append(f"failed: {r.url} {r.failure}"))
        page.on("response", lambda r: r.status >= 400 and self.errors.append(f"{r.status} {r.url}"))
        page.goto(self.base + name)
        page.wait_for_load_state("networkidle")
        return page

    def _said(self, message) -> None:
        if message.type in ("error", "warning"):
            where = message.location.get("url", "")
            self.errors.append(f"console {message.type}: {message.text} {where}")

    def _asked(self, url: str) -> None:
        url = urldefrag(url)[0]
        self.requested.append(url)
        if not url.startswith((self.base, "data:", "blob:")):
            self.foreign.append(url)

    def close(self) -> None:
        for context in self.contexts:
            context.close()


class Standing:
    """Pages opened once and left open, for tests of one figure that leave it as it was.

    A long chapter takes seconds to open. A page that said an error stays out of favour: every
    later test of it says so.
    """

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.opened: dict[tuple, tuple[Visits, Page]] = {}

    def page(self, base: str, name: str, **options) -> Page:
        key = (base, name, *sorted(options.items()))
        if key not in self.opened:
            visits = Visits(self.browser, base)
            self.opened[key] = (visits, visits.open(name, **options))
        visits, page = self.opened[key]
        page.bring_to_front()
        return page

    def troubles(self) -> list[str]:
        return [
            trouble
            for visits, _ in self.opened.values()
            for trouble in [*visits.errors, *visits.foreign]
        ]

    def close(self) -> None:
        for visits, _ in self.opened.values():
            visits.close()


@pytest.fixture(params=["http", "file"])
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
def standing(all_standing: Standing, base: str) -> Iterator[Callable[..., Page]]:
    """`standing(name, **options)`: a page that stays open for other tests. It must not err."""
    yield partial(all_standing.page, base)
    assert all_standing.troubles() == []


@pytest.fixture
def served_standing(all_standing: Standing, address: str) -> Iterator[Callable[..., Page]]:
    """As `standing`, from the server alone, where the transport makes no difference."""
    yield partial(all_standing.page, address)
    assert all_standing.troubles() == []


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
