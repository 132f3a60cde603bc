"""Visits of pages: what they ask for, what goes wrong, and what a reader meets on the way down."""

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urldefrag

from playwright.sync_api import Browser, Error, Page, Request

from tests.support import shifts
from tests.support.questions import Asked, ask
from tests.support.walks import Control, walk

SCHEMES = {"light": {}, "dark": {"color_scheme": "dark"}}
"""The options of a visit in each theme."""


PATIENCE = 60_000
"""Milliseconds, on a machine that may have much else to do."""


class Visits:
    """Opens pages and keeps what they asked for and what went wrong on them."""

    def __init__(self, browser: Browser, base: str) -> None:
        self.browser = browser
        self.base = base
        self.errors: list[str] = []
        self.foreign: list[str] = []
        self.requested: list[str] = []
        self.received: dict[str, int] = {}
        self.contexts = []

    def open(self, name: str, **options) -> Page:
        """A page at rest, in a fresh browser profile; options are those of `new_context`."""
        options = {"viewport": {"width": 1280, "height": 800}} | options
        context = self.browser.new_context(**options)
        context.set_default_timeout(PATIENCE)
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.errors.append(f"uncaught: {error}"))
        page.on("request", lambda request: self._asked(request.url))
        page.on("requestfinished", self._received)
        page.on("requestfailed", lambda r: self.errors.append(f"failed: {r.url} {r.failure}"))
        page.on("response", lambda r: r.status >= 400 and self.errors.append(f"{r.status} {r.url}"))
        page.add_init_script(shifts.WATCH)
        page.goto(self.base + name)
        page.wait_for_load_state("networkidle")
        return page

    def _received(self, request: Request) -> None:
        if request.url.startswith("http"):
            self.received[request.url] = request.sizes()["responseBodySize"]

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


@dataclass
class Visit:
    """A page that was opened, and stays open for whatever is asked of it.

    first: what it received until it was at rest, in bytes by address. A page without options was
    then read through to its end: moved, what moved under its reader; early, figures whose frames
    came though they were far below the window. told: what walking through its figures found.
    """

    page: Page
    visits: Visits
    first: dict[str, int]
    moved: list[list] = field(default_factory=list)
    early: list[str] = field(default_factory=list)
    known: int = 0
    told: dict[str, list | Error] = field(default_factory=dict)

    def troubles(self) -> list[str]:
        return [*self.visits.errors, *self.visits.foreign]

    def news(self) -> list[str]:
        """What went wrong since it was last asked for; opening the page is a test of its own."""
        known, self.known = self.known, len(self.troubles())
        return self.troubles()[known:]

    def figure(self, figure_id: str) -> list[Control]:
        """What each control does: the figure is walked through when it is first asked for."""
        return self._once(figure_id, lambda: walk(self.page, figure_id))

    def questions(self) -> list[Asked]:
        """What each question says: they are answered when they are first asked for."""
        return self._once("questions", lambda: ask(self.page))

    def _once(self, what: str, look: Callable[[], list]) -> list:
        """What a look at the page told. One that failed fails again at once, not after a wait."""
        if what not in self.told:
            try:
                self.told[what] = look()
            except Error as error:
                self.told[what] = error
        if isinstance(self.told[what], Error):
            raise self.told[what]
        return self.told[what]


FAR = """() => [...document.querySelectorAll("figure.explorable")]
  .filter((figure) => figure.getBoundingClientRect().top - innerHeight > 1000)
  .map((figure) => [figure.id, figure.dataset.frames])"""


def read(visit: Visit) -> None:
    """Read a page through, and note what moves and what comes too early."""

    def look() -> None:
        asked = {url.rpartition("/")[2] for url in visit.visits.requested}
        visit.early += [figure for figure, frames in visit.page.evaluate(FAR) if frames in asked]

    page = visit.page
    page.evaluate("document.fonts.ready.then(() => { shifts.length = 0; })")  # reading begins
    shifts.read_through(page, look)
    page.wait_for_load_state("networkidle")
    visit.moved = page.evaluate("shifts")


class Standing:
    """The visits of one page, each opened once for all tests of that page."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.name = ""
        self.visits: dict[tuple, Visit] = {}

    def visit(self, base: str, name: str, **options) -> Visit:
        if name != self.name:
            self.close()
            self.name = name
        key = (base, *sorted(options.items()))
        if key not in self.visits:
            visits = Visits(self.browser, base)
            page = visits.open(name, **options)
            self.visits[key] = Visit(page, visits, dict(visits.received))
            if not options:
                read(self.visits[key])
            self.visits[key].news()
        self.visits[key].page.bring_to_front()
        return self.visits[key]

    def news(self) -> list[str]:
        return [trouble for visit in self.visits.values() for trouble in visit.news()]

    def close(self) -> None:
        for visit in self.visits.values():
            visit.visits.close()
        self.visits.clear()
