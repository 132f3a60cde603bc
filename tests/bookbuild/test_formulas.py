"""Formulas in a tiny book."""


def test_a_comma_behind_a_formula_cannot_start_a_line(build):
    page = build("# A\n\nWhere $q$, and ($p$) is $x$ — or $y$z, hold $q$.\n").page()
    paragraph = page.select_one("article p")
    kept = [span.get_text()[-1] for span in paragraph.select("span.math-kept")]
    assert kept == [",", ")", "."]
    assert len(paragraph.select("span.math")) == 5
    assert paragraph.get_text().count(",") == 2


def test_a_parenthesis_before_a_formula_cannot_end_a_line(build):
    page = build("# A\n\nNothing ($q$ is 1), f($p$) and [$x$ — $y$].\n").page()
    paragraph = page.select_one("article p")
    kept = [span.get_text()[0] for span in paragraph.select("span.math-kept")]
    assert kept == ["(", "(", "[", "y"]
    assert paragraph.get_text().count("(") == 2


def test_a_long_formula_stays_free_to_break(build):
    page = build(f"# A\n\nSum ${' + '.join('abcdefghijk')}$, and so on.\n").page()
    assert not page.select("span.math-kept")


def test_a_formula_that_cannot_be_set_names_itself_and_its_place(build):
    book = build("# A\n\n$\\frac{1}$\n")
    assert book.error
    assert "KaTeX cannot typeset '\\\\frac{1}'" in book.warnings and "index.md:3" in book.warnings
