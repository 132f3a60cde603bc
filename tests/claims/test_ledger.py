"""A number in the chapters' prose is computed, cited, or claimed by a name that a test checks."""

import ast
import re

import pytest

from bookbuild.claims import marked_tests
from tests.support import book
from tests.support.typed import chapters, claims, numbers

OTHERWISE = {"how-to-use": "settings, minutes and versions, read by chapters/test_how_to_use.py"}
"""Pages that make no claim about networks, and what checks their numbers."""
PAGES = {name: source for name, source in chapters(book.CHAPTERS).items() if name not in OTHERWISE}
TESTS = marked_tests(book.ROOT / "tests")


@pytest.mark.parametrize("chapter", PAGES)
def test_a_number_in_the_prose_is_accounted_for(chapter):
    """Mark its words: <!-- claim name -->0.9 nats<!-- /claim -->, or compute it: {eval}."""
    loose = [
        f"chapters/{chapter}.md:{number.line}: {number.text}   in   {number.around.strip()}"
        for number in numbers(PAGES[chapter])
        if number.kind is None
    ]
    assert loose == [], "\n" + "\n".join(loose)


@pytest.mark.parametrize("chapter", PAGES)
def test_the_marks_of_words_are_hidden_in_a_notebook(chapter):
    """At the start of a line Markdown takes a comment for a block, and shows the rest as it is."""
    source = (book.CHAPTERS / f"{chapter}.md").read_text(encoding="utf-8")
    marks = r"^\s*(?:[-*]|\d+\.)?\s*<!-- (?:claim|measured) .*"
    assert re.findall(marks, source, re.MULTILINE) == []
    for name, span in (("claim", "{#claim-"), ("measured", "{.measured}")):
        assert span not in source
        assert source.count(f"<!-- {name} ") == source.count(f"<!-- /{name} -->")
        assert source.count(f"<!-- {name} ") == PAGES[chapter].count(span)


def test_a_claim_has_a_name_of_its_own_and_one_test():
    names = [name for source in PAGES.values() for name, _ in claims(source)]
    assert len(names) == len(set(names)) > 0
    assert sorted(names) == sorted(TESTS), "claims without a test, or tests without a claim"


@pytest.mark.parametrize("name", sorted(TESTS))
def test_a_claims_test_reads_the_chapters_words(name):
    """A test that computes a number and never looks at the chapter's checks nothing."""
    test = TESTS[name]
    tree = ast.parse((book.ROOT / test.path).read_text(encoding="utf-8"))
    (function,) = (
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name == test.name
    )
    asked = {
        call.args[0].value
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "said"
    }
    assert name in asked


def kinds(text: str) -> list[tuple[str, str | None]]:
    return [(number.text, number.kind) for number in numbers(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It reaches 0.86 of them.", [("0.86", None)]),
        ("It reaches 7 % of them.", [("7 %", None)]),
        ("It takes 1,000 steps, or $30{,}000$.", [("1,000", None), ("30{,}000", None)]),
        ("Two layers, 3 seeds, 12 units.", []),
        ("So $x \\approx 0.86$.", [("0.86", None)]),
        ("```{math}\nx = 0.86\n```\n", [("0.86", None)]),
        ("$$\nx = 0.86\n$$\n", [("0.86", None)]),
        ("{eval}`f'{x:.2f}'` of them, `x[17]` and [this](page.md#17).", []),
        ("It is [0.86 nats]{#claim-nats}.", []),
        ("It is [$e^{0.86}$, of `a[0]`]{#claim-nats}.", []),
        ("## Version 17\n", []),
        ("See section 6.3 and table 17.", [("6.3", "reference"), ("17", "reference")]),
        ("{cite:t}`a2010b` report 95 %. We find 93 %.", [("95 %", "source"), ("93 %", None)]),
        ("| {cite:t}`a2010b`: 95 %. Of 400 | ours, 93 % |\n",
         [("95 %", "source"), ("400", "source"), ("93 %", None)]),
        ("Take 400 inputs.\n\n```{code-cell} ipython3\nrun(400)\n```\n", [("400", "setting")]),
        ("Take 400 inputs.\n\n## Next\n```{code-cell} ipython3\nrun(400)\n```\n", [("400", None)]),
        ("Take 400 inputs.\n\n```{code-cell} ipython3\n:tags: [hide-input]\nrun(400)\n```\n",
         [("400", None)]),
        ("With 400 inputs {eval}`f'{run(400)}'`.", [("400", "setting")]),
        ("and 90 % of {eval}`sum(x > 0.9)`", [("90 %", "setting")]),
    ],
)  # fmt: skip
def test_a_number_that_must_be_accounted_for_is_found(text, found):
    assert kinds(text) == found


QUESTION = """
:::::{admonition} Predict first
:class: question
Of 40 units,

1. about 14 die
2. about 15 die

::::{admonition} Answer: 2
:class: dropdown
Here 16 died.
::::
:::::
"""
SELF_CHECK = QUESTION.replace(":class: question\n", ":class: question\n:name: ex-dead\n", 1)


def test_the_wrong_options_of_a_question_are_guesses_and_the_right_one_is_a_claim():
    assert kinds(QUESTION) == [("40", None), ("14", "guess"), ("15", None), ("16", None)]


def test_the_right_option_of_a_question_that_has_a_name_is_the_claim_of_that_name():
    named = QUESTION.replace(":class: question\n", ":class: question\n:name: predict-deaths\n", 1)
    assert list(claims(named)) == [("predict-deaths", "about 15 die")]
    assert kinds(named) == [("40", None), ("14", "guess"), ("15", "guess"), ("16", None)]
    assert list(claims(named.replace("about 15", "a few"))) == []


def test_what_an_exercise_supposes_is_given_and_how_it_is_solved_is_not():
    assert dict(kinds(SELF_CHECK)) | {"14": 0, "15": 0} == {
        "40": "exercise", "14": 0, "15": 0, "16": None,
    }  # fmt: skip


def test_the_number_that_answers_a_self_check_is_a_claim():
    text = ":::::{admonition} Self-check\n:class: question\n:name: ex-dead\nHow many?\n\n"
    text += "::::{admonition} Answer: 16 ± 0.5 units\n:class: dropdown\nWhy.\n::::\n:::::\n"
    assert list(claims(text)) == [("ex-dead", "16 ± 0.5 units")]
