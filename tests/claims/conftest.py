"""A claim's test gets the numbers from the chapter's own words."""

import re
from collections.abc import Callable

import pytest

from tests.support import book
from tests.support.typed import chapters, claims

NUMBER = re.compile(r"[-−]?(?:\d{1,3}(?:(?:,|\{,\})\d{3})+|\d+)(?:\.\d+)?")
PAGES = chapters(book.CHAPTERS)
CLAIMED = {name: words for source in PAGES.values() for name, words in claims(source)}


def numbers_in(words: str) -> list[float]:
    """Every number in a claim's words, in order: "2.7 \\cdot 10^{11}" holds 2.7, 10 and 11."""
    found = NUMBER.findall(words)
    return [float(re.sub(r"[{},]", "", number).replace("−", "-")) for number in found]


@pytest.fixture
def said(request: pytest.FixtureRequest) -> Callable[[str], list[float]]:
    """said(name): the numbers that the claim of that name states, for its own test only."""
    marker = request.node.get_closest_marker("claim")

    def numbers(name: str) -> list[float]:
        assert marker and name in marker.args, f"the test is not marked as one of {name!r}"
        assert name in CLAIMED, f"no chapter claims {name!r}"
        return numbers_in(CLAIMED[name])

    return numbers
