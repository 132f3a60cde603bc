"""The widgets that Jupyter shows."""

import ipywidgets
import pytest

from explorable import explore
from tests.explorable import figures


@pytest.fixture(autouse=True)
def live(monkeypatch):
    monkeypatch.delenv("EXPLORABLE_STATIC", raising=False)


def test_controls_are_stock_widgets_with_their_units(capsys):
    slider = ipywidgets.FloatSlider(1.0, min=0, max=2, description="slope m [cm/s]")
    box = explore(figures.wave, slope=slider, unit=["sin", "cos"])
    assert box.children[0] is slider and slider.description == "slope m [cm/s]"
    assert isinstance(box.children[1], ipywidgets.Dropdown)
    assert isinstance(box.children[2], ipywidgets.Output)


def test_turning_a_control_draws_again(monkeypatch):
    shown = []
    monkeypatch.setattr("explorable.live.display", lambda html: shown.append(html.data))
    box = explore(figures.wave, slope=(0.0, 2.0, 0.5))
    box.children[0].value = 2.0
    assert ["at slope 1.0" in shown[0], "at slope 2.0" in shown[1]] == [True, True]
    assert 'role="img" aria-label="A wave whose frequency the slope sets."' in shown[0]


def test_the_first_drawing_is_drawn_once_and_before_its_output_is_caught(monkeypatch, capsys):
    drawn = []

    def said(slope=1.0):
        """A wave."""
        drawn.append(slope)
        print("step 1 of 2")
        return figures.wave(slope=slope)

    monkeypatch.setattr("explorable.live.display", lambda html: None)
    monkeypatch.setattr("ipywidgets.Output.__enter__", lambda self: print("caught"))
    explore(said, slope=(0.0, 2.0, 0.5))
    assert drawn == [1.0]
    assert capsys.readouterr().out.split("\n")[:2] == ["step 1 of 2", "caught"]


def test_time_plays_and_drags():
    row = explore(figures.step, time=ipywidgets.Play(min=0, max=5)).children[0]
    assert [type(widget) for widget in row.children] == [ipywidgets.Play, ipywidgets.IntSlider]


def test_the_caption_is_the_docstring_unless_given():
    assert "A dot that walks" in explore(figures.step, time=(0, 5)).children[-1].value
    assert "mine" in explore(figures.step, caption="mine", time=(0, 5)).children[-1].value
