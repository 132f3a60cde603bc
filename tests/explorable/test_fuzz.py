"""Whatever is passed to `explore`, it makes a figure or says what is wrong with what."""

import ipywidgets
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from explorable import explore, static
from explorable.controls import read_control
from tests.support import fuzz

THINGS = st.sampled_from(fuzz.THINGS)
NUMBERS = st.sampled_from([*fuzz.FLOATS, -3, 0, 1, 2, 7, 10**9, 10**30])
TUPLES = st.lists(NUMBERS | THINGS, max_size=4).map(tuple)
LISTS = st.lists(NUMBERS | THINGS, max_size=3)
DICTS = st.dictionaries(st.sampled_from(["a", "b", 1, ""]), NUMBERS | THINGS, max_size=2)
SLIDERS = st.sampled_from([ipywidgets.FloatSlider, ipywidgets.IntSlider, ipywidgets.Play])


@st.composite
def widgets(draw):
    """A widget that ipywidgets lets one make."""
    options = {"min": draw(NUMBERS), "max": draw(NUMBERS), "step": draw(NUMBERS)}
    if draw(st.booleans()):
        options = {"options": draw(LISTS)}
    kind = ipywidgets.Dropdown if "options" in options else draw(SLIDERS)
    try:
        return kind(**options)
    except Exception:  # refused before `explore` has it
        return ipywidgets.Text()


def picture(slope=1.0):
    """A figure that shows nothing."""
    return Figure(figsize=(1, 1)), "nothing"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("frames")


def outcome(folder, draw, options):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EXPLORABLE_STATIC", str(folder or ""))
        patch.setattr(static, "_used_ids", type(static._used_ids)())
        try:
            return explore(draw, **options)
        except (ValueError, TypeError) as error:
            fuzz.check_message(error, ("draw", *options), options)


@pytest.mark.parametrize("live", [False, True])
@given(given=THINGS | NUMBERS | TUPLES | LISTS | DICTS | widgets())
@example(given=(0, 10**9))
@example(given=(0.0, 1e308, 0.1))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_a_control_is_offered_or_refused_by_name(folder, live, given):
    outcome(None if live else folder, picture, {"slope": given, "max_states": 4})


@pytest.mark.parametrize("option", ["caption", "max_states", "max_kilobytes"])
@given(given=THINGS | NUMBERS)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_an_option_is_used_or_refused_by_name(folder, option, given):
    outcome(folder, picture, {"slope": [1.0, 2.0], option: given})


@given(draw=THINGS)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_what_is_no_function_is_refused(folder, draw):
    assert outcome(folder, draw, {"slope": [1.0]}) is None


@given(result=THINGS | st.tuples(THINGS, THINGS))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_what_is_no_figure_is_refused(folder, result):
    def draw(slope=1.0):
        """A figure that is none."""
        return result

    with pytest.raises(RuntimeError, match=r"draw\(slope=1\.0\) failed: TypeError: draw returned"):
        outcome(folder, draw, {"slope": [1.0]})


@given(
    low=st.integers(-50, 50),
    step=st.sampled_from([0.1, 0.25, 1, 3]),
    count=st.integers(1, 40),
    more=st.sampled_from([0, 0.5]),
)
@settings(deadline=None, derandomize=True)
def test_a_range_takes_each_of_its_values_once(low, step, count, more):
    """Also where its end is no whole number of steps away."""
    slider = ipywidgets.FloatSlider(low, min=low, max=low + (count + more) * step, step=step)
    control = read_control("slope", slider)
    assert control.values == pytest.approx([low + k * step for k in range(count + 1)])
    assert len(set(control.texts)) == count + 1
