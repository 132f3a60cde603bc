"""Numbers are written in one style, whatever Python made of them."""

import IPython.core.formatters
import numpy as np
import pytest

from feedforward.typography import counted, in_print, near, percent, power, print, spread


@pytest.mark.parametrize(
    ("python", "book"),
    [
        ("-0.3 and (-1, 2), to 2^-5, -inf", "−0.3 and (−1, 2), to 2^−5, −inf"),
        ("MNIST-1D, x-1, layers 3-5, a-", "MNIST-1D, x-1, layers 3-5, a-"),
        ("1.1e-12", "1.1·10⁻¹²"),
        ("-4.54e-05", "−4.54·10⁻⁵"),
        ("1.99e+15", "1.99·10¹⁵"),
        ("2.0e-01, 1.9e+00, 4.2e+01, 1.7e+03", "0.20, 1.9, 42, 1,700"),
        ("1e-03, 0e+00, 9.77e-04", "0.001, 0, 9.77·10⁻⁴"),
        ("0x1e-5, 1e5 and 2e3f stay", "0x1e-5, 1e5 and 2e3f stay"),
        ("95%, 9.1 %", "95\u00a0%, 9.1\u00a0%"),
        ("{eval} of % alone", "{eval} of % alone"),
    ],
)
def test_what_python_formats_is_written_as_the_book_does(python, book):
    assert in_print(python) == book
    assert in_print(book) == book


def test_columns_stay_where_they_are():
    table = """\
first    3.1e-16     1.7e-15    end
second       90%         -5%    end
third    1.0e+00     2.0e+00    end"""
    lines = in_print(table).split("\n")
    assert lines[0] == "first    3.1·10⁻¹⁶   1.7·10⁻¹⁵  end"
    for line in lines:
        assert line.index("end") == table.index("end")


def test_one_is_singular_and_any_other_count_is_plural():
    said = [counted(n, "layer") for n in (0, 1, 2, 1000)]
    assert said == ["0 layers", "1 layer", "2 layers", "1,000 layers"]


def test_numbers_of_any_size_shares_and_spreads():
    assert [near(x) for x in (0, 0.25, -3.0, 5e-16, 123456)] == [
        "0", "0.25", "−3", "5.0·10⁻¹⁶", "1.2·10⁵",
    ]  # fmt: skip
    assert [percent(0.95), percent(-0.0123, 1)] == ["95\u00a0%", "−1.2\u00a0%"]
    assert [power(0), power(-8), power(12)] == ["1", "10⁻⁸", "10¹²"]
    values = np.array([-1.0, -2.0, -3.0])
    assert spread(values, ".1f") == "−2.0 ± 1.0"


def test_an_eval_role_shows_the_words_and_not_how_python_would_spell_them():
    formatter = IPython.core.formatters.PlainTextFormatter()
    assert formatter(percent(0.95)) == "95\u00a0%"
    assert formatter(in_print("-5%")) == "−5\u00a0%"


def test_print_prints_in_this_style(capsys):
    print("x =", -2, np.array([-0.5, 1.5]), sep=" ", end="!\n")
    assert capsys.readouterr().out == "x = −2 [−0.5  1.5]!\n"
