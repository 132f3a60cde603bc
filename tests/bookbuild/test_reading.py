"""A chapter says below its heading how long it is."""

import pytest

from bookbuild.reading import WORDS_A_MINUTE, minutes, words_to_read


@pytest.mark.parametrize(
    ("words", "said"),
    [(0, 5), (9 * WORDS_A_MINUTE, 10), (32 * WORDS_A_MINUTE, 30), (33 * WORDS_A_MINUTE, 35)],
)
def test_reading_time_is_told_to_five_minutes(words, said):
    assert minutes(words) == said


def test_code_front_matter_and_the_expression_of_a_number_are_not_read():
    source = (
        "---\na: b\n---\n# One two\n\n```{code-cell}\nx = 1\n```\n\n{eval}`x + 1` is $y$ here.\n"
    )
    assert words_to_read(source) == len("# One two number is $y$ here.".split())


def test_a_page_that_is_no_numbered_chapter_says_nothing(build):
    book = build("# A page\n\nSome words.\n")
    assert book.error is None
    assert book.page().select(".reading-time") == []
