"""The maker of mutants makes the slips that matter here, and none of them runs forever."""

import numpy as np
import pytest

from tests.support.mutants import TooLong, mutants


def changes(body):
    code = "def f(x, y):\n" + "".join(f"    {line}\n" for line in body.splitlines())
    return mutants(code, "f")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("return x - y", "return x + y"),
        ("return x - y", "return y - x"),
        ("return x - y", "return x - x"),
        ("return x / y", "return x // y"),
        ("return x ** 2", "return x ** 3"),
        ("return x * 1.0", "return x * 0.0"),
        ("return x < y", "return x <= y"),
        ("return -x", "return x"),
        ("return x", "return -x"),
        ("return x @ y", "return y @ x"),
        ("return x.T", "return x"),
        ("return np.sum(x, axis=1, keepdims=True)", "return np.sum(x, axis=1)"),
        ("return np.sum(x, axis=1)", "return np.sum(x, axis=0)"),
        ("return np.maximum(x, y)", "return np.minimum(x, y)"),
        ("return np.cumsum(x)", "return np.diff(x)"),
        ("return np.where(x, y, 0)", "return np.where(y, x, 0)"),
        ("return np.sqrt(x)", "return x"),
        ("return x[1:]", "return x[2:]"),
        ("return x[::-1]", "return x[:]"),
        ("return x[:y]", "return x[:y + 1]"),
        ("return (x, y)", "return (y, x)"),
        ("return [a for a in x if a]", "return [a for a in x]"),
        ("return x if x else y", "return y"),
        ("x += 1", "x = 1"),
    ],
)
def test_a_slip_is_made(before, after):
    assert f"{before} → {after}" in changes(before)


def test_a_statement_is_left_out():
    found = changes("x = x + 1\nreturn x")
    assert found["x = x + 1 → (nothing)"](5, 0) == 5


def test_the_rest_of_the_function_stays():
    found = changes("z = x - y\nfor k in range(3):\n    z = z * 2\nreturn z")
    assert found["z = x - y → z = x + y"](5, 1) == 48
    assert found["for k in range(3): → for k in range(2):"](5, 1) == 16
    assert found["z = z * 2 → z = z / 2"](5, 1) == 0.5


def test_a_mutant_that_would_not_end_is_stopped():
    found = changes("while x > 0:\n    x = x - 1\nreturn x")
    with pytest.raises(TooLong):
        found["x = x - 1 → x = x + 1"](1, 0)
    assert found["while x > 0: → while x > 1:"](5, 0) == 1


def test_imports_above_the_function_are_kept():
    code = "from math import comb\n\n\ndef f(n):\n    return comb(n, 2)\n\n\nprint(f(3))"
    assert mutants(code, "f")["return comb(n, 2) → return comb(n, 1)"](5) == 5


def test_what_is_mutated_is_a_copy():
    found = changes("return np.exp(x) - np.exp(y)")
    assert len({mutant.__code__ for mutant in found.values()}) > 1
    assert found["return np.exp(x) - np.exp(y) → return np.exp(x) + np.exp(y)"](0, 0) == np.float64(
        2
    )
