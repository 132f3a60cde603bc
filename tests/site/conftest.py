"""Every page of the built site, opened in a real browser from a server and from a folder."""

from collections.abc import Callable, Iterator
from urllib.parse import urldefrag

import pytest
from playwright.sync_api import Browser, Page

from tests.support import book

TIMES = pytest.StashKey[list[str]]()


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


@pytest.fixture
def note(pytestconfig: pytest.Config) -> Callable[[str], None]:
    """Say a measurement at the end of the run, passed or failed."""
    return pytestconfig.stash.setdefault(TIMES, []).append


def pytest_terminal_summary(terminalreporter, config: pytest.Config) -> None:
    if lines := config.stash.get(TIMES, []):
        terminalreporter.section("measured on the site")
        for line in lines:
            terminalreporter.write_line(line)
