"""Numbers are written in one style, wherever on the site they are read."""

import pytest

from tests.support.numbers import RULES, slips, slips_of, texts


def test_numbers_on_a_page_are_written_in_the_books_style(site, page_name):
    found = slips_of(page_name)
    assert found == [], "\n" + "\n".join(f"{s.where}: {s.rule}: … {s.around} …" for s in found)


def test_a_page_is_read_with_its_figures_formulas_and_printouts(site):
    where = {place.partition(" ")[0] for place, _ in texts("chapters/depth.html")}
    assert where == {"figure", "printout", "formula", "text"}


MINUS, PERCENT, POWER, THOUSANDS, ONE, EXACT = RULES


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("at -0.3 and (-1, 2)", [MINUS, MINUS]),
        ("at −0.3, MNIST-1D, 3-5, 2026-11-26", []),
        ("95% and 95 %", [PERCENT, PERCENT]),
        ("95\N{NO-BREAK SPACE}%", []),
        ("1.1e-12 and 2e+03", [POWER, POWER]),
        ("1.1·10⁻¹², conv1e2, 0x1e-5", []),
        ("16 000, 16000, 16\u202f000, 110\\,000 and 1024", [THOUSANDS] * 5),
        ("16,000, 1{,}024, 0.12345, (784, 1024, 10) and [1024 4096]", []),
        ("Montúfar et al. (2014), [He et al., 2015], [2019a]", []),
        ("1 layers of 3, 1 hidden layers", [ONE, ONE]),
        ("1 layer, 11 layers, 0.1 units, layer 1 makes", []),
        ("Answer: 16 ± 0.01. Answer: 1,023 ± 0.", [EXACT, EXACT]),
        ("Answer: 16. Answer: 4.605 ± 0.01. Answer: 20.0 ± 0.3", []),
    ],
)
def test_each_rule_finds_what_breaks_it_and_nothing_else(text, broken):
    assert [slip.rule for slip in slips(text)] == broken
