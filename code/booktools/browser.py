"""Find a Chromium to test in: the machine's own, or the one that Playwright brings.

`python -m booktools.browser` prints its path; with --install it fetches Playwright's
when there is none.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Playwright, sync_playwright

NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
)
"""The first is the same engine without a browser's window: a tenth of the work to open a page."""

ELSEWHERE = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Google/Chrome/Application/chrome.exe",
)
HOW_TO = (
    "Missing: a browser. Install Chromium or Chrome (Debian: apt install chromium), or run "
    "`.venv/bin/python -m playwright install chromium`, or name one in CHROME_PATH."
)


def find_browser(playwright: Playwright) -> str | None:
    """The path of a Chromium or Chrome, or None. CHROME_PATH, if set, is the only one tried."""
    if named := os.environ.get("CHROME_PATH"):
        return shutil.which(named)
    candidates = [shutil.which(name) for name in NAMES]
    candidates += [*ELSEWHERE, playwright.chromium.executable_path]
    return next((path for path in candidates if path and Path(path).exists()), None)


@contextmanager
def launched() -> Iterator[Browser]:
    """A headless browser, closed at the end. Raises RuntimeError where there is none."""
    with sync_playwright() as playwright:
        path = find_browser(playwright)
        if path is None:
            raise RuntimeError(HOW_TO)
        # Root, as in containers, cannot use Chromium's sandbox.
        root = hasattr(os, "geteuid") and os.geteuid() == 0
        quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
        browser = playwright.chromium.launch(
            executable_path=path, args=[*quiet, *(["--no-sandbox"] if root else [])]
        )
        try:
            yield browser
        finally:
            browser.close()


def main(arguments: list[str]) -> int:
    with sync_playwright() as playwright:
        path = find_browser(playwright)
    if path is None and "--install" in arguments and "CHROME_PATH" not in os.environ:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
        with sync_playwright() as playwright:
            path = find_browser(playwright)
    print(f"Browser: {path}" if path else HOW_TO)
    return 0 if path else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
