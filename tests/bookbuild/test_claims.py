"""Claims are marked in the prose, checked by tests and listed; measured words are marked."""

import nbformat
import pytest

from bookbuild.claims import marked_tests, spans

TEST = '''
import pytest

@pytest.mark.claim("entropy", "ex-cost")
def test_the_entropy(said):
    """The entropy is SciPy's.

    More for those who read the test.
    """
    raise RuntimeError("parsed, never run")
'''
PAGE = r"""# Costs

The cost is <!-- claim entropy -->about $0.9$ nats<!-- /claim -->, no more.

:::::{admonition} Self-check: the price
:class: question
:name: ex-cost
How many nats?

::::{admonition} Answer: 4.6 ± 0.1 nats
:class: dropdown
Why.
::::
:::::

:::{note}
:class: claims-list
The list stands here.
:::
"""
EXTENSIONS = {"myst_enable_extensions": ["colon_fence", "dollarmath", "attrs_inline"]}


@pytest.fixture
def folder(tmp_path):
    """The book's folder, with a test in it."""
    (tmp_path / "source" / "tests").mkdir(parents=True)
    (tmp_path / "source" / "tests" / "test_costs.py").write_text(TEST)
    return tmp_path / "source"


def test_the_list_has_the_words_and_what_their_test_finds(build, folder):
    book = build(PAGE, **EXTENSIONS)
    assert (book.error, book.warnings) == (None, "")
    marked, answer = book.page().select("table.stacked tbody tr")
    said, found = marked.find_all("td")
    assert said.get_text().startswith("… about") and " nats … " in said.get_text()
    assert said.select_one(".katex, .math")
    assert found.get_text() == "The entropy is SciPy's. test_costs.py"
    assert said.a.get_text() == "entropy"
    assert said.a["href"] == "#claim-entropy" and book.page().find(id="claim-entropy")
    assert answer.td.get_text() == "Self-check: the price: 4.6 nats, accepted within 0.1 ex-cost"
    assert answer.a["href"] == "#ex-cost" and book.page().find(id="ex-cost")
    assert book.page().table.caption.get_text().strip().startswith("Costs")


def test_the_right_option_of_a_question_with_a_name_is_listed_if_a_test_is_of_that_name(
    build, folder
):
    asked = PAGE.replace("How many nats?", "How many?\n\n1. 4 nats\n2. $5$ nats").replace(
        "4.6 ± 0.1 nats", "2"
    )
    rows = build(asked, **EXTENSIONS).page().select("table.stacked tbody tr")
    assert rows[1].td.get_text().startswith("Self-check: the price: ")
    assert "5" in rows[1].td.get_text() and "4" not in rows[1].td.get_text()
    (folder / "tests" / "test_costs.py").write_text(TEST.replace(', "ex-cost"', ""))
    book = build(asked, **EXTENSIONS)
    assert (book.error, len(book.page().select("table.stacked tbody tr"))) == (None, 1)


def test_in_the_prose_a_claim_is_plain_text(build, folder):
    (span,) = build(PAGE, **EXTENSIONS).page().select("#claim-entropy")
    assert span.name == "span" and span.parent.get_text().endswith(", no more.")


def test_a_claim_without_a_test_fails_the_build(build, folder):
    (folder / "tests" / "test_costs.py").write_text(TEST.replace('"entropy", ', ""))
    book = build(PAGE, **EXTENSIONS)
    assert book.error and 'no test is marked @pytest.mark.claim("entropy")' in book.warnings


def test_a_claim_of_roles_fails_the_build(build, folder):
    book = build(PAGE.replace("about", "{ref}`about`"), **EXTENSIONS)
    assert book.error and "may hold words and formulas" in book.warnings


def test_a_list_is_made_anew_when_only_a_test_has_changed(build, folder):
    build(PAGE, **EXTENSIONS)
    (folder / "tests" / "test_costs.py").write_text(TEST.replace("SciPy's", "mine"))
    assert "The entropy is mine." in build(PAGE, **EXTENSIONS).page().get_text()


def test_a_test_that_does_not_say_how_it_checks_is_a_mistake(folder):
    (folder / "tests" / "test_more.py").write_text(
        '@pytest.mark.claim("other")\ndef test_other(said):\n    pass\n'
    )
    with pytest.raises(ValueError, match="test_other checks a claim and has no docstring"):
        marked_tests(folder / "tests")


def test_two_tests_of_one_claim_are_a_mistake(folder):
    assert {*marked_tests(folder / "tests")} == {"entropy", "ex-cost"}
    (folder / "tests" / "test_more.py").write_text(TEST)
    with pytest.raises(ValueError, match="two tests of entropy, ex-cost"):
        marked_tests(folder / "tests")


MEASURED = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  name: python3
---

# Costs

It takes <!-- measured -->3 ms of **four**<!-- /measured -->, no less.

```{code-cell} ipython3
:tags: [measurement]

print(3)
```

```{code-cell} ipython3
print(4)
```
"""


def test_measured_words_become_a_span_of_that_class(build):
    book = build(MEASURED, **EXTENSIONS)
    assert book.error is None
    (span,) = book.page().select(".measured")
    assert span.name == "span" and span.get_text() == "3 ms of four"
    assert span.parent.get_text() == "It takes 3 ms of four, no less."


def test_the_page_tells_a_cell_that_is_tagged_as_a_measurement(build):
    tagged, plain = build(MEASURED, **EXTENSIONS).page().select("div.cell")
    assert "tag_measurement" in tagged["class"] and "print(3)" in tagged.get_text()
    assert "tag_measurement" not in plain["class"]


def test_the_notebook_has_the_words_as_they_were_written(build):
    offered = build(MEASURED, **EXTENSIONS).output / "_downloads" / "index.ipynb"
    first, *_ = nbformat.read(offered, as_version=4).cells
    assert first.source == "# Costs\n\n" + MEASURED.split("\n\n")[2]


def test_measured_words_may_stand_in_a_claim():
    nested = "<!-- claim a -->of <!-- measured -->{eval}`x[0]`<!-- /measured --> ms<!-- /claim -->"
    assert spans(nested) == "[of [{eval}`x[0]`]{.measured} ms]{#claim-a}"
