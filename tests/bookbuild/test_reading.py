"""A chapter says below its heading how long it is."""

import pytest

from bookbuild.reading import WORDS_A_MINUTE, minutes


@pytest.mark.parametrize(
    ("words", "said"),
    [(0, 5), (9 * WORDS_A_MINUTE, 10), (32 * WORDS_A_MINUTE, 30), (33 * WORDS_A_MINUTE, 35)],
)
def test_reading_time_is_told_to_five_minutes(words, said):
    assert minutes(words) == said


def test_a_page_that_is_no_numbered_chapter_says_nothing(build):
    book = build("# A page\n\nSome words.\n")
    assert book.error is None
    assert book.page().select(".reading-time") == []
