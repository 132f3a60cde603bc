"""The look that all figures share: room, rows, colours."""

import matplotlib
import numpy as np
import pytest

from feedforward.figures import style


def test_a_figure_needs_room_and_rows_that_match():
    with pytest.raises(ValueError, match="rows is 0, expected at least 1"):
        style.figure(rows=0)
    with pytest.raises(ValueError, match=r"ratios has 2 entries, expected one per row \(3\)"):
        style.figure(height=5, rows=3, ratios=[1, 2])
    with pytest.raises(ValueError, match="too small for 3 rows"):
        style.figure(height=1.5, rows=3)


def test_rows_stand_one_above_the_other_with_the_asked_ratio():
    fig, (top, bottom) = style.figure(height=4, rows=2, ratios=[1, 3])
    assert top.get_position().height * 3 == pytest.approx(bottom.get_position().height)
    assert top.get_position().y0 > bottom.get_position().y1
    assert fig.get_size_inches() == pytest.approx((style.WIDTH, 4))


def test_the_first_colours_keep_a_contrast_of_three_to_one_on_white():
    def luminance(color):
        rgb = np.array(matplotlib.colors.to_rgb(color))
        linear = np.where(rgb <= 0.03928, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        return linear @ [0.2126, 0.7152, 0.0722]

    for color in matplotlib.rcParams["axes.prop_cycle"].by_key()["color"][:3]:
        assert 1.05 / (luminance(color) + 0.05) >= 3
