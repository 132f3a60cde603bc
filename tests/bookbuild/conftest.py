"""A tiny book, built by Sphinx alone with the extension: seconds, no network, no kernel."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils


@dataclass
class Book:
    """A built book: its pages, and what the build said."""

    output: Path
    warnings: str
    error: str | None

    def page(self, name: str = "index") -> BeautifulSoup:
        return BeautifulSoup((self.output / f"{name}.html").read_text("utf-8"), "html.parser")


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Book]]:
    """Build `text` as the only page of a book; keywords override the configuration."""
    # Set by the extension for the kernels of a build: not to leak into other tests.
    monkeypatch.setenv("EXPLORABLE_STATIC", "")
    monkeypatch.setenv("FEEDFORWARD_KEPT", "")
    monkeypatch.delenv("BOOK_REPOSITORY_URL", raising=False)

    def run(text: str, **overrides: object) -> Book:
        source = tmp_path / "source"
        page = source / "index.md"
        if not page.is_file() or page.read_text("utf-8") != text:
            page.write_text(text, "utf-8")
        config = {
            "extensions": ["myst_nb", "sphinx_book_theme", "sphinx_exercise", "bookbuild"],
            "html_theme": "sphinx_book_theme",
            "myst_enable_extensions": ["colon_fence", "dollarmath"],
            "nb_execution_mode": "off",
            "exclude_patterns": [],
            "html_use_index": False,
        }
        warnings, error = io.StringIO(), None
        with patch_docutils(), docutils_namespace():
            try:
                app = Sphinx(
                    source,
                    None,
                    tmp_path / "html",
                    tmp_path / "doctrees",
                    "html",
                    confoverrides=config | overrides,
                    status=None,
                    warning=warnings,
                )
                app.build()
                if app.statuscode:
                    error = f"the build ends with code {app.statuscode}"
            except Exception as failure:
                error = f"{type(failure).__name__}: {failure}"
        return Book(tmp_path / "html", warnings.getvalue(), error)

    run.source = tmp_path / "source"
    run.source.mkdir()
    yield run
