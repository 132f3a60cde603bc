"""The recipes of CONTRIBUTING.md, followed to the letter."""

import re

import numpy as np
import pytest
import scipy.optimize
import scipy.stats

from explorable import explore
from feedforward.exercises import activations as exercises
from feedforward.experiments import activations as experiments
from feedforward.figures import activations as figures
from tests.support.book import ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")


def python(start: str) -> str:
    """The example that begins so."""
    (found,) = (
        code
        for code in re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
        if code.startswith(start)
    )
    return found


@pytest.fixture
def chapter(monkeypatch):
    """The modules of a chapter with what the recipes add to them."""
    for module, start, name in (
        (experiments, "@kept", "saturated_share"),
        (figures, "def saturation", "saturation"),
        (exercises, "def check_unit_slope", "check_unit_slope"),
    ):
        names = dict(vars(module))
        exec(compile(python(start), "CONTRIBUTING.md", "exec"), names)
        monkeypatch.setattr(module, name, names[name], raising=False)


def test_the_experiment_agrees_with_the_normal_distribution(chapter):
    edge = scipy.optimize.brentq(lambda z: 1 / (2 + np.exp(z) + np.exp(-z)) - 0.05, 0, 10)
    for spread in (1.0, 4.0):
        exact = 2 * scipy.stats.norm.sf(edge / spread)
        np.testing.assert_allclose(experiments.saturated_share(spread), exact, atol=0.02)


def test_the_figure_says_what_it_shows(chapter):
    fig, words = figures.saturation(4.0)
    share = experiments.saturated_share(4.0).mean()
    assert f"{100 * share:.0f}" in words and len(fig.axes) == 1


def test_the_cell_gives_the_figure_a_slider(chapter, monkeypatch):
    monkeypatch.delenv("EXPLORABLE_STATIC", raising=False)
    shown = []
    monkeypatch.setattr("explorable.live.display", lambda html: shown.append(html.data))
    names = {"explore": explore, "figures": figures}
    slider, *_ = eval(python("explore(figures.saturation"), names).children
    slider.value = 4.0
    assert ["spread of 2" in shown[0], "spread of 4" in shown[1]] == [True, True]


def test_the_check_accepts_the_slope_and_names_a_mistake(chapter):
    def slope(z):
        small = np.exp(-np.abs(z))
        return small / (1 + small) ** 2

    assert exercises.check_unit_slope(slope).passed
    rejected = exercises.check_unit_slope(lambda z: 1 / (1 + np.exp(-z)))
    assert not rejected.passed and "This is the value" in rejected.message


def test_the_claim_holds(chapter):
    names = {"pytest": pytest, "experiments": experiments}
    exec(python("@pytest.mark.claim"), names)
    names["test_nearly_half_are_saturated_at_a_spread_of_four"]()
