"""Words and cells that depend on a clock are marked in the source and found on the page."""

import nbformat

from bookbuild.marks import spans

PAGE = """---
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
EXTENSIONS = {"myst_enable_extensions": ["attrs_inline"]}


def test_measured_words_become_a_span_of_that_class(build):
    book = build(PAGE, **EXTENSIONS)
    assert book.error is None
    (span,) = book.page().select(".measured")
    assert span.name == "span" and span.get_text() == "3 ms of four"
    assert span.parent.get_text() == "It takes 3 ms of four, no less."


def test_the_page_tells_a_cell_that_is_tagged_as_a_measurement(build):
    tagged, plain = build(PAGE, **EXTENSIONS).page().select("div.cell")
    assert "tag_measurement" in tagged["class"] and "print(3)" in tagged.get_text()
    assert "tag_measurement" not in plain["class"]


def test_the_notebook_has_the_words_as_they_were_written(build):
    offered = build(PAGE, **EXTENSIONS).output / "_downloads" / "index.ipynb"
    first, *_ = nbformat.read(offered, as_version=4).cells
    assert first.source == "# Costs\n\n" + PAGE.split("\n\n")[2]


def test_measured_words_may_stand_in_a_claim():
    nested = "<!-- claim a -->of <!-- measured -->{eval}`x[0]`<!-- /measured --> ms<!-- /claim -->"
    assert spans(nested) == "[of [{eval}`x[0]`]{.measured} ms]{#claim-a}"
