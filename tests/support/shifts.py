"""What moves on a page under its reader: layout shifts (https://web.dev/articles/cls)."""

from collections.abc import Callable

from playwright.sync_api import Page

# A shift within half a second of the reader's own input is the reader's. With each shift: its
# second, its score, and what moved.
WATCH = """
  window.shifts = [];
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
    if (!entry.hadRecentInput) window.shifts.push([entry.startTime / 1000, entry.value,
      ...entry.sources.slice(0, 2).map((s) => s.node?.outerHTML?.slice(0, 80) ?? "")]);
  })).observe({ type: "layout-shift", buffered: true });
"""


def read_through(page: Page, look: Callable[[], None] = lambda: None) -> None:
    """Scroll to the end, a window at a time, and look around before each."""
    height = page.viewport_size["height"]
    for place in range(0, page.evaluate("document.documentElement.scrollHeight"), height):
        look()
        page.evaluate("(y) => window.scrollTo({ top: y, behavior: 'instant' })", place)
        page.wait_for_timeout(50)
