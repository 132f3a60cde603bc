"""What stands on a page, what it loads, and what makes its build fail."""

import pytest

from bookbuild.formulas import FormulaError, Typesetter
from booktools import install


def test_formulas_are_typeset_numbered_and_linked(build):
    book = build("# Page\n\n$$\na = b\n$$ (same)\n\nSee {eq}`same`, and $x^2$.\n")
    page = book.page()
    assert book.error is None and book.warnings == ""
    equation = page.select_one("div.math-display")
    assert "(1)" in equation.select_one(".eqno").text
    assert page.find("a", href=f"#{equation['id']}", class_="reference").text == "(1)"
    assert len(page.select(".katex math")) == 2
    assert page.select("script[src*=mathjax i], script[src*=katex i]") == []
    assert (book.output / "_static/katex/fonts/KaTeX_Main-Regular.woff2").is_file()


def test_a_page_without_formulas_loads_no_katex(build):
    assert build("# Page\n").page().select("link[href*=katex]") == []


def test_a_formula_that_katex_refuses_fails_the_build_with_its_place(build):
    book = build("# Page\n\nA $\\frac{1}{$ here.\n")
    assert "index.md:3: ERROR: KaTeX cannot typeset '\\\\frac{1}{'" in book.warnings
    assert book.error


def test_the_typesetter_goes_on_after_an_error():
    typeset = Typesetter()
    try:
        with pytest.raises(FormulaError, match="Undefined control sequence"):
            typeset(r"\nosuch", display=False)
        assert "katex-display" in typeset("a &= b \\\\ c &= d", display=True)
    finally:
        typeset.close()


def test_without_katex_the_build_says_what_to_run(build, tmp_path, monkeypatch):
    monkeypatch.setattr(install, "home", lambda: tmp_path / "nowhere")
    assert build("# Page\n").error == (
        "BookError: KaTeX's stylesheet and fonts are missing; run: python -m booktools.install"
    )


def test_dropdowns_are_native_and_their_headings_hold_no_links(build):
    text = """# Page

```{exercise}
:label: first
Do it.
```

```{solution} first
:class: dropdown
Done.
```

:::{note}
:class: dropdown
Folded.
:::
"""
    boxes = build(text).page().select("article details")
    assert [box.summary.text.strip() for box in boxes] == ["Solution to Exercise 1", "Note"]
    assert all(box.summary.find("a") is None for box in boxes)
    assert "Done." in boxes[0].text and "solution" in boxes[0]["class"]


def test_two_builds_are_the_same_byte_for_byte(build, tmp_path):
    text = "# Page\n\n$x$\n\n:::{note}\n:class: dropdown\nFolded.\n:::\n"
    first = _content(build(text).output)
    for path in sorted((tmp_path / "html").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    assert _content(build(text).output) == first


def _content(folder):
    return {
        path.relative_to(folder): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix in {".html", ".js", ".css"}
    }


def test_a_line_that_a_reader_would_not_see_fails_the_build(build):
    book = build("# A\n\nFar below the 10\n% of guessing.\n")
    assert (
        "ERROR: readers would not see this line, it starts with %: 'of guessing.'" in book.warnings
    )
    assert book.error
