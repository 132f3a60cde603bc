"""The examples in docstrings run, and show what they say."""

import doctest
import importlib

import pytest

MODULES = [
    "feedforward.regions.bounds",
    "feedforward.regions.layers",
    "feedforward.regions.line",
    "feedforward.regions.window",
]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_run(name):
    found = doctest.testmod(importlib.import_module(name))
    assert found.attempted and not found.failed
