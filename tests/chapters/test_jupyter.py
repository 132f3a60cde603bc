"""Chapters as readers run them: in a real JupyterLab and in Notebook 7, in a real browser."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.support import book
from tests.support.explorers import explorers
from tests.support.lab import run_all, running

PATIENCE = 180_000
"""Milliseconds, on a machine that may have much else to do."""


REPRESENTATIVES = {("jupyterlab", "how-to-use.md"), ("notebook", "index.md")}
"""What `make test` runs; `make test-all` runs every page in both."""


@pytest.fixture(scope="session")
def servers(tmp_path_factory) -> Iterator[Callable[[str], tuple[str, str]]]:
    """servers(app): the address and the token of a server, started when it is first asked for."""
    started = {}
    with ExitStack() as until_the_end:

        def server(app: str) -> tuple[str, str]:
            if app not in started:
                folder = tmp_path_factory.mktemp(app)
                started[app] = until_the_end.enter_context(running(folder, app))
            return started[app]

        yield server


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


def open_notebook(page: Page, app: str, address: str, token: str, name: str) -> None:
    """By its address alone: the .md opens as a notebook, not as text, as for a double click."""
    # A workspace of its own: Lab would bring back what the last test had open.
    workspace = name.removesuffix(".md").replace("/", "-")
    path = "notebooks" if app == "notebook" else f"lab/workspaces/{workspace}/tree"
    page.goto(f"{address}/{path}/{name}?token={token}")
    page.wait_for_selector(".jp-Notebook .jp-CodeCell")
    # Only now does the kernel take requests.
    if app == "jupyterlab":
        status = page.locator(".jp-StatusBar-Widget, #jp-main-statusbar")
        status.get_by_text("| Idle").first.wait_for(timeout=120_000)
    else:
        page.get_by_role("button", name="Python 3").first.wait_for(timeout=120_000)
        page.wait_for_selector(
            ".jp-Notebook-ExecutionIndicator[data-status=idle]", state="attached"
        )


def test_a_markdown_file_is_a_notebook_by_default():
    """Where `make lab` writes it: inside .venv, not in anybody's home."""
    file = Path(sys.prefix) / "etc/jupyter/labconfig/default_setting_overrides.json"
    viewers = json.loads(file.read_text())["@jupyterlab/docmanager-extension:plugin"]
    assert viewers["defaultViewers"] == {
        "markdown": "Jupytext Notebook",
        "myst": "Jupytext Notebook",
    }


@pytest.mark.parametrize(
    ("app", "path"),
    [
        pytest.param(
            *(app, path),
            id=f"{app}-{path.name}",
            marks=[pytest.mark.thorough] * ((app, path.name) not in REPRESENTATIVES),
        )
        for app in ("jupyterlab", "notebook")
        for path in book.notebooks()
    ],
)
def test_a_chapter_runs_in_jupyter_and_its_figures_answer(page, servers, app, path):
    open_notebook(page, app, *servers(app), path.relative_to(book.CHAPTERS).as_posix())
    run_all(page)
    assert page.locator(".jp-RenderedText[data-mime-type*=error]").count() == 0
    assert page.locator(".jp-RenderedText[data-mime-type*=stderr]").count() == 0

    if not explorers(path):
        return
    figures = page.locator(".jp-OutputArea .widget-vbox").filter(has=page.locator("svg[role=img]"))
    box = figures.filter(has=page.locator(".noUi-handle")).first
    box.wait_for()
    slider = box.locator(".noUi-handle").first
    slider.scroll_into_view_if_needed()
    drawing = box.locator("svg[role=img]").first
    before, said = drawing.inner_html(), slider.get_attribute("aria-valuenow")
    handle, track = slider.bounding_box(), box.locator(".noUi-base").first.bounding_box()
    y = handle["y"] + handle["height"] / 2
    at_end = said == slider.get_attribute("aria-valuemax")
    page.mouse.move(handle["x"] + handle["width"] / 2, y)
    page.mouse.down()
    page.mouse.move(track["x"] + track["width"] * (0.1 if at_end else 0.95), y, steps=4)
    page.mouse.up()
    assert slider.get_attribute("aria-valuenow") != said
    page.wait_for_function(
        "([box, before]) => { const s = box.querySelector('svg[role=img]');"
        " return s && s.innerHTML !== before; }",
        arg=[box.element_handle(), before],
    )
