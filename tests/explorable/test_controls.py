"""Abbreviations and widgets read as lists of values."""

import ipywidgets
import pytest

from explorable.controls import read_control, with_defaults


def read(given, default=None, name="slope"):
    def draw(slope=default):
        """A figure."""

    return read_control(name, with_defaults(draw, {name: given})[name])


def test_a_float_range_holds_both_ends_and_reads_without_rounding_noise():
    control = read((0.0, 1.0, 0.1), default=0.3)
    assert control.values == (0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
    assert control.texts[3] == "0.3"
    assert control.values[control.initial] == 0.3


def test_an_integer_range_starts_at_the_functions_own_default():
    control = read((1, 9, 2), default=7)
    assert control.values == (1, 3, 5, 7, 9)
    assert control.initial == 3


@pytest.mark.parametrize("given", [3, 0.5])
def test_a_bare_number_spans_the_same_range_as_interact(given):
    widget = ipywidgets.interactive.widget_from_abbrev(given)
    control = read(given, default=given)
    assert (control.values[0], control.values[-1]) == (widget.min, widget.max)


def test_lists_and_dicts_become_choices_and_booleans_a_checkbox():
    assert read(["relu", "tanh"], default="tanh").initial == 1
    named = read({"small": 1, "large": 100}, default=100)
    assert (named.kind, named.texts, named.values) == ("select", ("small", "large"), (1, 100))
    assert (read(True).kind, read(True).initial, read(False).initial) == ("checkbox", 1, 0)


def test_a_description_names_the_control_and_its_unit():
    widget = ipywidgets.FloatSlider(
        1.0, min=0, max=2, step=0.5, description="noise scale σ [cm]", readout_format=".3f"
    )
    control = read(widget)
    assert (control.label, control.unit) == ("noise scale σ", "cm")
    assert control.texts[1] == "0.500"


def test_negative_values_read_with_a_minus_sign():
    assert read((-1.0, 1.0, 0.5), default=0.0).texts[0] == "\N{MINUS SIGN}1.0"


def test_numbers_read_alike_in_a_slider_a_list_and_a_play():
    minus = "\N{MINUS SIGN}"
    assert read([-2.5, 1000], default=1000).texts == (f"{minus}2.5", "1,000")
    assert read((0, 20_000, 10_000), default=0).texts == ("0", "10,000", "20,000")
    assert read(ipywidgets.Play(min=-1000, max=0, step=1000)).texts == (f"{minus}1,000", "0")
    slider = ipywidgets.SelectionSlider(options=[-3.0, 4096], value=4096)
    assert read(slider).texts == (f"{minus}3.0", "4,096")


def test_a_log_slider_takes_powers_of_its_base():
    slider = ipywidgets.FloatLogSlider(1.0, min=-2, max=2, step=1, readout_format=".2g")
    assert read(slider).values == pytest.approx((0.01, 0.1, 1, 10, 100))


def test_play_is_time():
    control = read(ipywidgets.Play(min=0, max=4, interval=80))
    assert (control.values, control.interval) == ((0, 1, 2, 3, 4), 80)


def test_an_initial_value_off_the_grid_is_refused_by_name():
    with pytest.raises(ValueError, match=r"control 'slope': the initial value 0\.25 is not one"):
        read((0.0, 1.0, 0.1), default=0.25)


def test_what_a_page_cannot_offer_is_refused_by_name():
    with pytest.raises(TypeError, match=r"control 'slope': a page without a kernel.*Text"):
        read("free text")
    with pytest.raises(TypeError, match="control 'slope': got <object"):
        read(object())
    with pytest.raises(ValueError, match="expected at least one value"):
        read([])


def test_controls_must_match_the_functions_parameters():
    def draw(slope, width=1):
        """A figure."""

    with pytest.raises(TypeError, match="got a control 'slop', but the function takes slope, w"):
        with_defaults(draw, {"slop": 1})
    with pytest.raises(TypeError, match="no control for its parameter 'slope'"):
        with_defaults(draw, {"width": 1})
