"""What becomes of matplotlib's SVG."""

import re

import matplotlib
import pytest
from matplotlib.figure import Figure

from explorable.svg import figure_to_svg
from tests.explorable import figures


def markup(figure, salt="a"):
    return figure_to_svg(figure, salt).markup()


def test_drawing_twice_gives_the_same_bytes():
    assert markup(figures.image()) == markup(figures.image())


def test_two_salts_share_no_ids():
    ids = [set(re.findall(r' id="([^"]+)"', markup(figures.markers(), salt))) for salt in "ab"]
    assert ids[0] and ids[1] and not ids[0] & ids[1]


def test_two_equal_images_share_no_id():
    figure = Figure(figsize=(4, 2))
    for left in (0, 0.5):  # of one size, so that their pixels are the same
        figure.add_axes((left, 0, 0.5, 1)).imshow([[0.0, 1.0], [1.0, 0.0]])
    ids = re.findall(r' id="([^"]+)"', markup(figure))
    assert markup(figure).count("<image") == 2
    assert len(set(ids)) == len(ids)


def test_every_reference_is_to_an_id_of_the_same_drawing():
    for draw, _ in figures.AWKWARD:
        result = draw()
        drawing = markup(result[0] if isinstance(result, tuple) else result)
        refers = set(re.findall(r"url\(#([^)]+)\)", drawing))
        refers |= set(re.findall(r'href="#([^"]+)"', drawing))
        assert refers <= set(re.findall(r' id="([^"]+)"', drawing))


def test_no_style_rule_leaks_into_the_page():
    drawing = markup(figures.step())
    assert "<style" not in drawing and "<metadata" not in drawing and "xmlns" not in drawing


def test_text_stays_text_and_is_escaped():
    assert "up to 1 &amp; &lt;beyond&gt;" in markup(figures.moving_ticks())


def test_greys_follow_the_page_and_data_colours_can_be_tuned():
    cycle = matplotlib.cycler(color=["#0072b2", "#d55e00"])
    with matplotlib.rc_context({"text.color": "#222222", "axes.prop_cycle": cycle}):
        figure = Figure()
        figure.text(0.1, 0.1, "ink", color="#222222")
        figure.text(0.2, 0.1, "data", color="#d55e00")
        drawing = markup(figure)
    assert re.search(r'fill:currentColor"[^>]*>ink<', drawing)
    assert re.search(r'fill:var\(--fig-c1,#d55e00\)"[^>]*>data<', drawing)


def test_the_background_is_the_pages():
    figure = Figure(facecolor="red")
    figure.add_subplot(facecolor="blue")
    assert not re.search("#ff0000|#0000ff", markup(figure))


def test_coordinates_have_at_most_two_decimals():
    paths = re.findall(r' d="([^"]+)"', markup(figures.wave()[0]))
    assert paths and not re.search(r"\d\.\d{3}", " ".join(paths))


@pytest.mark.parametrize("weight", ["normal", "bold"])
def test_fonts_are_the_pages_own(weight):
    figure = Figure()
    figure.text(0.5, 0.5, "word", weight=weight)
    drawing = markup(figure)
    assert "DejaVu" not in drawing
    assert ("700" in drawing) == (weight == "bold")
