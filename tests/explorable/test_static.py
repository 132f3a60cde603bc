"""The HTML that a page without a kernel gets."""

import re
from html.parser import HTMLParser

import ipywidgets
import pytest

from explorable import BudgetError, explore, static
from tests.explorable import figures


class Page(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.tags = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def wave(**options):
    return explore(figures.wave, slope=(0.0, 2.0, 0.5), unit=["sin", "cos"], **options)


def test_a_figure_holds_one_labelled_drawing_its_controls_and_a_caption(folder):
    page = Page(wave().html)
    (figure,) = page.all("figure")
    (svg,) = page.all("svg")
    assert (figure["class"], figure["id"]) == ("explorable", "explore-wave")
    assert svg["role"] == "img"
    ids = {attributes.get("id") for _, attributes in page.tags}
    assert set(svg["aria-labelledby"].split()) <= ids
    labelled = {label["for"] for label in page.all("label")}
    assert labelled == {c["id"] for tag in ("input", "select") for c in page.all(tag)}
    assert len(page.all("figcaption")) == 1
    assert (folder / figure["data-frames"]).exists()


def test_the_text_alternative_is_the_docstring_and_the_states_own_sentence(folder):
    html = wave().html
    assert "A wave whose frequency the slope sets." in html
    assert re.search(r'id="explore-wave-text"[^>]*>sin at slope 1.0<', html)


def test_a_range_says_its_values_with_units(folder):
    slider = ipywidgets.FloatSlider(min=0, max=2, step=0.5, description="slope m [cm/s]")
    html = explore(figures.wave, slope=slider).html
    (field,) = Page(html).all("input")
    assert (field["min"], field["max"], field["value"]) == ("0", "4", "0")
    assert field["aria-valuetext"] == "0.0\N{NO-BREAK SPACE}cm/s"
    assert ">slope m<" in html


def test_the_same_figure_twice_on_a_page_has_two_ids(folder):
    first, second = (Page(wave().html) for _ in range(2))
    ids = [{a["id"] for _, a in page.tags if "id" in a} for page in (first, second)]
    assert not ids[0] & ids[1]


def test_two_builds_give_the_same_bytes(folder, tmp_path, monkeypatch):
    pages = []
    for place in ("one", "two"):
        monkeypatch.setenv("EXPLORABLE_STATIC", str(tmp_path / place))
        static._used_ids.clear()
        html = explore(figures.markers, count=(1, 8), shape=["o", "^"]).html
        scripts = {p.name: p.read_bytes() for p in (tmp_path / place).glob("*.js")}
        pages.append((html, scripts))
    assert pages[0] == pages[1]


def test_too_many_states_fail_with_what_to_thin(folder):
    with pytest.raises(BudgetError, match=r"10 states \(slope 5 × unit 2\), at most 9 allowed"):
        wave(max_states=9)
    assert not list(folder.glob("*.js"))


def test_too_many_bytes_fail_with_what_to_thin(folder):
    with pytest.raises(BudgetError, match=r"explore\(wave\): its states take .* at most 1 kB"):
        wave(max_kilobytes=1)


def test_fixed_values_and_figures_without_controls_are_stills(folder):
    html = explore(figures.step, time=ipywidgets.fixed(3)).html
    assert 'class="explorable-still"' in html
    assert not Page(html).all("input") and not list(folder.glob("*.js"))


def test_captions_are_escaped_and_docstrings_demanded(folder):
    assert "a &lt; b" in wave(caption="a < b").html

    def silent(time=0):
        return figures.step(time)

    with pytest.raises(ValueError, match="silent: got no docstring"):
        explore(silent, time=(0, 2))


def test_nothing_of_a_widget_remains(folder):
    slider = ipywidgets.IntSlider(0, min=0, max=3)
    explore(figures.step, time=slider)
    assert slider.comm is None


def test_something_that_is_no_function_is_refused():
    with pytest.raises(TypeError, match="draw: got 3, expected a function"):
        explore(3)
