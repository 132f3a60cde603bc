"""The examples in the docstrings run, and print what they say."""

import doctest
import importlib

import pytest

MODULES = [
    "feedforward.ensemble",
    "feedforward.graph",
    "feedforward.graph.functions",
    "feedforward.initializers",
    "feedforward.network",
    "feedforward.normalization",
    "feedforward.regions.bounds",
    "feedforward.regions.layers",
    "feedforward.regions.line",
    "feedforward.regions.window",
    "feedforward.source",
    "feedforward.training",
]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_are_true(name):
    failed, tried = doctest.testmod(importlib.import_module(name))
    assert tried and not failed
