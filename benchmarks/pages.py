"""The first load of each page beside the same chapter built by stock Jupyter Book.

`python -m benchmarks.pages` needs the built site. It builds the same sources once more with
Jupyter Book's own settings (cells not executed, so without any figure), opens both in Chromium,
and counts what crosses the wire. What the stock page asks of other hosts is counted as requests
only: their answers are not part of its kilobytes.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from benchmarks.report import machine, table
from bookbuild.browser import launched
from tests.support import book
from tests.support.server import served

STOCK = "title: Stock\nonly_build_toc_files: true\nexecute:\n  execute_notebooks: 'off'\n"


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
    context = browser.new_context(viewport={"width": 1280, "height": 800})
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


def main() -> None:
    if problem := book.why_not_current():
        raise SystemExit(problem)
    names = [name for name in book.pages() if name.startswith("chapters/")]
    rows = []
    with tempfile.TemporaryDirectory() as scratch, launched() as browser:
        stock = build_stock(Path(scratch))
        with served(book.SITE) as ours, served(stock) as theirs:
            for name in names:
                row = [name]
                for base in (ours, theirs):
                    kilobytes, here, elsewhere = first_load(browser, base, name)
                    row += [f"{kilobytes:.0f}", f"{here} + {elsewhere}"]
                rows.append(row)
    head = ["page", "ours, kB", "requests", "stock Jupyter Book, kB", "requests"]
    print(table(head, rows))
    print(f"\n{machine()}; gzipped, requests here + to other hosts (whose bytes are not counted).")


if __name__ == "__main__":
    main()
