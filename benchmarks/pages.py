"""The first load of each page beside the same chapter built by stock Jupyter Book.

`python -m benchmarks.pages` needs the built site, and measures all its pages, or those named behind
it (chapters/depth.html …). It builds the same sources once more with Jupyter Book's own settings
(cells not executed, so without any figure), opens both in Chromium, and counts what crosses the
wire. What the stock page asks of other hosts is counted as requests only: their answers are not
part of its kilobytes.

Then as on a slow telephone, the processor slowed four times and the line 1.6 Mbit/s: when the
largest part of the first screen is painted, and how much of the page moves after it was painted,
while it loads and while a reader scrolls through it (https://web.dev/articles/lcp, .../cls).
"""

import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from benchmarks.report import machine, table
from booktools.browser import launched
from tests.support import book, shifts
from tests.support.server import served

STOCK = "title: Stock\nonly_build_toc_files: true\nexecute:\n  execute_notebooks: 'off'\n"
SCREEN = {"width": 1280, "height": 800}
SLOWER = 4
BYTES_A_SECOND = 1_600_000 / 8
ROUNDS = 3
AIMS = (1.0, 0.02)
"""Seconds to the largest paint; score of layout shift."""

WATCH = """
  window.painted = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
    window.painted = entry.startTime;
  })).observe({ type: "largest-contentful-paint", buffered: true });
"""


def build_stock(folder: Path) -> Path:
    """The same chapters under Jupyter Book's defaults; returns the folder of pages."""
    (folder / "_config.yml").write_text(
        f"{STOCK}bibtex_bibfiles: [chapters/references.bib]\n"
        "sphinx:\n  extra_extensions: [sphinx_exercise]\n"
    )
    shutil.copy(book.ROOT / "_toc.yml", folder)
    shutil.copytree(book.CHAPTERS, folder / "chapters")
    shutil.copytree(
        book.ROOT / "code", folder / "code", ignore=shutil.ignore_patterns("__pycache__")
    )
    command = [str(Path(sys.executable).with_name("jupyter-book")), "build", str(folder), "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True)
    pages = folder / "_build" / "html"
    if done.returncode or not (pages / "chapters").is_dir():
        raise RuntimeError(f"stock Jupyter Book failed:\n{done.stdout}{done.stderr}")
    return pages


def first_load(browser: Browser, base: str, name: str) -> tuple[float, int, int]:
    """(kB as they cross the wire, requests answered here, requests to other hosts)."""
    context = browser.new_context(viewport=SCREEN)
    page = context.new_page()
    sizes: list[int] = []
    strangers: list[str] = []
    page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))

    def refuse(route):
        strangers.append(route.request.url)
        route.abort()

    page.route(lambda url: not url.startswith((base, "data:", "blob:")), refuse)
    page.goto(base + name)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)
    context.close()
    return sum(sizes) / 1000, len(sizes), len(strangers)


def slow_load(browser: Browser, base: str, name: str) -> tuple[float, float]:
    """(seconds to the largest paint, layout shift), a slow processor on a slow line."""
    context = browser.new_context(viewport=SCREEN)
    page = context.new_page()
    page.add_init_script(WATCH + shifts.WATCH)
    devtools = context.new_cdp_session(page)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    devtools.send("Network.enable")
    line = {"downloadThroughput": BYTES_A_SECOND, "uploadThroughput": BYTES_A_SECOND}
    devtools.send("Network.emulateNetworkConditions", {"offline": False, "latency": 0, **line})
    page.route(lambda url: not url.startswith((base, "data:", "blob:")), lambda r: r.abort())
    page.goto(base + name)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)
    shifts.read_through(page)
    page.wait_for_timeout(1000)
    painted, found = page.evaluate("[painted / 1000, shifts]")
    context.close()
    return painted, layout_shift([(second, shift) for second, shift, *_ in found])


def layout_shift(found: list[tuple[float, float]]) -> float:
    """Of (second, shift) in order: the worst window's sum. A window ends after a second without
    a shift, or after five."""
    worst = total = 0.0
    start = last = float("-inf")
    for second, shift in found:
        if second - last > 1 or second - start > 5:
            start, total = second, 0.0
        last = second
        total += shift
        worst = max(worst, total)
    return worst


def slow_loads(browser: Browser, base: str, name: str) -> tuple[float, float]:
    """The medians of several loads in fresh profiles."""
    loads = [slow_load(browser, base, name) for _ in range(ROUNDS)]
    painted, shifted = zip(*loads, strict=True)
    return statistics.median(painted), statistics.median(shifted)


def main() -> None:
    if problem := book.why_not_current():
        raise SystemExit(problem)
    names = sys.argv[1:] or [name for name in book.pages() if name.startswith("chapters/")]
    loads, slow = [], []
    with tempfile.TemporaryDirectory() as scratch, launched() as browser:
        stock = build_stock(Path(scratch))
        with served(book.SITE) as ours, served(stock) as theirs:
            for name in names:
                row, slow_row = [name], [name]
                for base in (ours, theirs):
                    kilobytes, here, elsewhere = first_load(browser, base, name)
                    row += [f"{kilobytes:.0f}", f"{here} + {elsewhere}"]
                    painted, shifted = slow_loads(browser, base, name)
                    slow_row += [f"{painted:.2f}", f"{shifted:.3f}"]
                loads.append(row)
                slow.append(slow_row)
    print(table(["page", "ours, kB", "requests", "stock Jupyter Book, kB", "requests"], loads))
    print(f"\n{machine()}; gzipped, requests here + to other hosts (bytes not counted).\n")
    head = ["page", "ours, s", "layout shift", "stock Jupyter Book, s", "layout shift"]
    print(table(head, slow))
    print(
        f"\nLargest paint; processor slowed {SLOWER}×, {BYTES_A_SECOND * 8 / 1e6} Mbit/s, medians "
        f"of {ROUNDS} loads. Aims: {AIMS[0]} s, {AIMS[1]}."
    )


if __name__ == "__main__":
    main()
