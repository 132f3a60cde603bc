"""Where the book's parts are, discovered rather than listed."""

import re
from functools import cache
from pathlib import Path

import yaml
from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "_build" / "html"
CHAPTERS = ROOT / "chapters"
STAMP = ROOT / "_build" / ".site"
CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["sphinx"]["config"]
"""What the extension is told."""


def sources() -> list[Path]:
    """The files that the site is made of."""
    named = [ROOT / "_config.yml", ROOT / "_toc.yml"]
    for folder in (ROOT / "chapters", ROOT / "code", ROOT / "tests" / "claims"):
        named += [
            path
            for path in folder.rglob("*")
            if path.is_file()
            and not any(
                part.startswith(".") or part == "__pycache__" or part.endswith(".egg-info")
                for part in path.relative_to(ROOT).parts
            )
        ]
    return [path for path in named if path.exists()]


def why_not_current() -> str | None:
    """What is wrong with the built site, in one line, or None if it shows the sources."""
    if not STAMP.exists() or not SITE.is_dir():
        return "The site is not built: run `make book` first (`make test` does)."
    newer = [path for path in sources() if path.stat().st_mtime > STAMP.stat().st_mtime]
    if newer:
        name = newer[0].relative_to(ROOT)
        return f"The built site is older than {name}: run `make book` first (`make test` does)."
    return None


def pages() -> list[str]:
    """Every built page, as a path inside the site."""
    found = (path.relative_to(SITE) for path in SITE.rglob("*.html"))
    return sorted(path.as_posix() for path in found if not path.parts[0].startswith("_"))


@cache
def html(page: str) -> BeautifulSoup:
    """A page as it was built. Parsed once: look at it, do not change it."""
    return BeautifulSoup((SITE / page).read_text(encoding="utf-8"), "html.parser")


def leads_to(page: str) -> str | None:
    """Where a page sends its readers at once, if it does nothing else."""
    refresh = html(page).select_one("meta[http-equiv=Refresh i]")
    return refresh and refresh["content"].partition("url=")[2]


@cache
def explorers() -> list[tuple[str, str]]:
    """(page, id) of every figure on the site that has controls."""
    return [
        (page, figure["id"])
        for page in pages()
        for figure in html(page).select("figure.explorable")
    ]


def notebooks() -> list[Path]:
    """The chapters that hold cells to run."""
    return sorted(
        path
        for path in CHAPTERS.rglob("*.md")
        if ".ipynb_checkpoints" not in path.parts
        and re.search(r"^`{3,}\{code-cell", path.read_text(encoding="utf-8"), re.MULTILINE)
    )


def requirements(path: str) -> list[str]:
    """What the file asks pip for, a line each; its options and comments are left out."""
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith(("#", "--"))]
