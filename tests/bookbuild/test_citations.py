"""A bibliography's entries are called what the pages call them."""

from pybtex.database import parse_string

from bookbuild.citations import Labels


def test_a_source_is_called_as_the_pages_cite_it():
    names = {
        "one": "He, Kaiming",
        "two": "Baur, Walter and Strassen, Volker",
        "three": "A and B and C",
    }
    text = "".join(
        f"@misc{{{key}, author={{{who}}}, title={{T}}, year={{2015}}}}"
        for key, who in names.items()
    )
    labels = Labels().format_labels(list(parse_string(text, "bibtex").entries.values()))
    assert labels == ["He, 2015", "Baur and Strassen, 2015", "A et al., 2015"]
