"""The page's script, in a real browser, from a folder."""

from pathlib import Path

import pytest

import explorable
from explorable import explore
from tests.explorable import figures
from tests.explorable.test_deltas import states

PACKAGE = Path(explorable.__file__).parent

# Bare groups draw nothing, and the order of attributes means nothing.
CANONICAL = """(svg) => {
  const write = (node) => {
    if (node.nodeType === 3) return node.data.trim();
    const inner = [...node.childNodes].map(write).join("");
    const attributes = [...node.attributes].map((a) => ` ${a.name}="${a.value}"`).sort().join("");
    return node.tagName === "g" && !attributes ? inner : `<${node.tagName}${attributes}>${inner}`;
  };
  return [...svg.childNodes].map(write).join("");
}"""


@pytest.fixture
def page(folder, tmp_path, browser):
    """All awkward figures on one page opened from a folder, with every state drawn alone."""
    parts = []
    for draw, controls in figures.AWKWARD:
        parts.append(explore(draw, max_kilobytes=500, **controls).html)
    (folder / "explorable.js").write_bytes((PACKAGE / "explorable.js").read_bytes())
    css = (PACKAGE / "explorable.css").read_text()
    html = (
        f"<!doctype html><html lang=en><title>t</title><style>{css}</style>{''.join(parts)}"
        '<script src="frames/explorable.js"></script>'
    )
    (tmp_path / "page.html").write_text(html)
    page = browser.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto((tmp_path / "page.html").as_uri())
    yield page
    page.close()
    assert errors == []


SET_STATE = """([id, place]) => {
  const root = document.getElementById(id);
  const controls = [...root.querySelectorAll("input, select")].reverse();
  for (const control of controls) {
    const size = control.type === "checkbox" ? 2
      : control.type === "range" ? Number(control.max) + 1 : control.options.length;
    const index = place % size;
    place = Math.floor(place / size);
    if (control.type === "checkbox") control.checked = Boolean(index);
    else if (control.type === "range") control.value = index;
    else control.selectedIndex = index;
    control.dispatchEvent(new Event("input", { bubbles: true }));
  }
}"""


def ready(page, figure_id):
    page.locator(f"#{figure_id}").scroll_into_view_if_needed()
    page.locator(f"#{figure_id}.is-loaded").wait_for(state="attached")


def test_every_state_shown_is_the_state_drawn(page):
    """Also where tick labels, markers, images and the number of lines differ."""
    canonical = f"""(html) => {{
      const place = document.createElement("div");
      place.innerHTML = html;
      return ({CANONICAL})(place.firstChild);
    }}"""
    for draw, controls in figures.AWKWARD:
        figure_id = f"explore-{draw.__name__.replace('_', '-')}"
        ready(page, figure_id)
        salted = [
            page.evaluate(canonical, svg.markup())
            for svg in states_salted(draw, controls, figure_id)
        ]
        order = [*range(len(salted)), *reversed(range(len(salted)))]
        for state in order:
            page.evaluate(SET_STATE, [figure_id, state])
            shown = page.evaluate(
                f"(id) => ({CANONICAL})(document.querySelector(`#${{id}} svg`))", figure_id
            )
            assert shown == salted[state], (figure_id, state)


def states_salted(draw, controls, salt):
    from unittest import mock

    from explorable.svg import figure_to_svg

    with mock.patch(
        "tests.explorable.test_deltas.figure_to_svg", lambda f, _: figure_to_svg(f, salt)
    ):
        return list(states(draw, controls))


def test_going_back_to_the_start_restores_the_first_frame_exactly(page):
    ready(page, "explore-many-lines")
    inner = "document.querySelector('#explore-many-lines svg').innerHTML"
    before = page.evaluate(inner)
    lines = page.locator("#explore-many-lines-lines")
    lines.focus()
    page.keyboard.press("End")
    assert page.evaluate(inner) != before
    page.keyboard.press("Home")
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    assert page.evaluate(inner) == before


def test_the_keyboard_turns_a_slider_and_its_value_is_said(page):
    ready(page, "explore-wave")
    slider = page.locator("#explore-wave-slope")
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert slider.get_attribute("aria-valuetext") == "1.5"
    assert page.locator("#explore-wave output").inner_text() == "1.5"
    assert page.locator("#explore-wave-text").inner_text() == "sin at slope 1.5"


def test_frames_are_loaded_only_near_the_reader_and_a_failure_is_said(folder, tmp_path, browser):
    html = explore(figures.step, time=(0, 5)).html
    (folder / "explorable.js").write_bytes((PACKAGE / "explorable.js").read_bytes())
    (tmp_path / "far.html").write_text(
        f"<!doctype html><div style='height:5000px'></div>{html}"
        '<script src="frames/explorable.js"></script>'
    )
    (script,) = (p for p in folder.glob("*.js") if p.name != "explorable.js")
    page = browser.new_page()
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto((tmp_path / "far.html").as_uri())
    page.wait_for_load_state("networkidle")
    assert not any(script.name in url for url in requests)
    script.unlink()
    page.locator("#explore-step-time").scroll_into_view_if_needed()
    page.wait_for_function("document.body.textContent.includes('could not be loaded')")
    assert any(script.name in url for url in requests)
    page.close()


def test_two_figures_that_share_their_frames_both_answer(folder, tmp_path, browser):
    """Also when the second comes near only after the first has loaded them."""
    first, second = (explore(figures.step, time=(0, 5)).html for _ in range(2))
    (folder / "explorable.js").write_bytes((PACKAGE / "explorable.js").read_bytes())
    assert len([path for path in folder.glob("*.js") if path.name != "explorable.js"]) == 1
    (tmp_path / "twins.html").write_text(
        f"<!doctype html>{first}<div style='height:5000px'></div>{second}"
        '<script src="frames/explorable.js"></script>'
    )
    page = browser.new_page()
    page.goto((tmp_path / "twins.html").as_uri())
    for figure_id in ("explore-step", "explore-step-2"):
        ready(page, figure_id)
        before = page.inner_html(f"#{figure_id} svg")
        page.locator(f"#{figure_id}-time").press("End")
        page.wait_for_function(
            "([id, before]) => document.querySelector(`#${id} svg`).innerHTML !== before",
            arg=[figure_id, before],
        )
    page.close()


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_time_plays_to_its_end_unless_motion_is_unwelcome(folder, tmp_path, browser, motion):
    import ipywidgets

    html = explore(figures.step, time=ipywidgets.Play(min=0, max=5, interval=30)).html
    (folder / "explorable.js").write_bytes((PACKAGE / "explorable.js").read_bytes())
    (tmp_path / "play.html").write_text(
        f'<!doctype html>{html}<script src="frames/explorable.js"></script>'
    )
    page = browser.new_page(reduced_motion=motion)
    page.clock.install()
    page.goto((tmp_path / "play.html").as_uri())
    page.wait_for_load_state("networkidle")
    page.clock.pause_at("2100-01-01")
    value = "Number(document.querySelector('#explore-step-time').value)"
    button = page.locator(".explorable-play")
    button.click()
    if motion == "reduce":
        page.clock.run_for(400)
        assert page.evaluate(value) == 1
        assert button.get_attribute("aria-label") == "Step time"
    else:
        assert button.get_attribute("aria-label") == "Pause time"
        page.clock.run_for(30 * 3)
        assert page.evaluate(value) == 3
        page.clock.run_for(30 * 4)
        assert page.evaluate(value) == 5
        assert button.get_attribute("aria-label") == "Play time"
    page.close()
