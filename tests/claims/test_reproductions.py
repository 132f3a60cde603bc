"""The page of reproductions quotes what the chapters quote, and says what they say of ours."""

import re

import numpy as np
import pytest

from feedforward.experiments import activations
from feedforward.figures import reproductions
from tests.claims.test_ledger import PAGES
from tests.support.typed import CITATION, NUMBER, REFERENCE, ROW, without

KEY = re.compile(r"\{cite(?::\w+)?\}`([^`]+)`")
OURS = re.compile(r'\{eval\}`found\["(\w+)"\]`')
ROWS = [row[0] for row in ROW.finditer(PAGES["reproductions"]) if KEY.search(row[0])]


def cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip("| ").split(" | ")]


def quantities(text: str) -> set[str]:
    """Numbers of any size, without those of addresses ("section 6.3") and names (MNIST-1D)."""
    text = without(REFERENCE, without(CITATION, re.sub(r"\$[^$]*\$|MNIST-1D|CIFAR-10", " ", text)))
    return {match["digits"] + (match["decimals"] or "") for match in NUMBER.finditer(text)}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: KEY.search(row)[1])
def test_a_published_number_is_the_one_that_a_chapter_quotes(row):
    """A passage of a chapter, a paragraph or a table's row, cites the source and has the number."""
    published = cells(row)[0]
    keys = [key for found in KEY.findall(published) for key in found.split(",")]
    passages = [
        passage
        for name, source in PAGES.items()
        if name not in ("reproductions", "claims")
        for passage in re.split(r"\n\s*\n|\n(?=[|])", source)
        if any(key in passage for key in keys)
    ]
    assert passages, f"no chapter cites {keys}"
    missing = quantities(published) - set().union(*map(quantities, passages))
    assert not missing, f"no chapter quotes {missing} from {keys}"


def test_the_page_shows_every_comparison_once():
    assert sorted(OURS.findall(PAGES["reproductions"])) == sorted(reproductions.FOUND)


@pytest.mark.parametrize("chapter", [name for name in PAGES if name != "reproductions"])
def test_a_chapters_table_of_papers_says_what_the_page_says(chapter):
    """Every row of "Published | This build" takes its second cell from the same function."""
    table = re.search(r"^\| Published \| This build \|\n\|.*\n((?:\|.*\n)+)", PAGES[chapter], re.M)
    for row in table[1].splitlines() if table else ():
        said = re.sub(r"^\[(.*)\]\{\.measured\}$", r"\1", cells(row)[1])
        (name,) = re.findall(r"^\{eval\}`reproductions\.(\w+)\(\)`$", said)
        assert name in reproductions.FOUND


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.004, "< 0.1"), (0.42, "0.4"), (9.94, "9.9"), (12.3, "12")]
)
def test_seconds_in_print(seconds, words):
    assert reproductions.in_seconds(seconds) == words


def test_what_is_said_beside_jarretts_claim_is_an_accuracy_with_and_without_rectification():
    """Their claim is of accuracy; that it is not noticed when black and white change is another."""
    (row,) = (row for row in ROWS if KEY.search(row)[1] == "jarrett2009what")
    assert OURS.findall(row) == ["rectified_edges"]
    said = reproductions.FOUND["rectified_edges"]()
    plain, rectified = (activations.edge_reader(unit)[0] for unit in ("none", "absolute"))
    assert f"{rectified.mean():.3f} ± " in said and f"{plain.mean():.3f} ± " in said
    assert said.startswith("Agrees in kind") == reproductions.clearly_less(plain, rectified)


@pytest.mark.parametrize("name", reproductions.FOUND)
def test_what_was_found_is_words_that_a_role_can_show(name):
    """An {eval} role prints a value's repr, in a table's cell, less quotation marks at its ends."""
    said = reproductions.FOUND[name]()
    assert repr(said) == said == said.strip("'\"")
    assert not re.search(r"[\"\\|]|\bnan\b|None", said), said
    verdict, numbers = said.split(": ", 1)
    assert verdict in {"Agrees", "Disagrees", "Agrees in kind", "Not confirmed"}
    assert re.search(r"\d", numbers)


def test_a_verdict_follows_from_what_was_found():
    assert [reproductions.agrees(holds, "7") for holds in (True, False)] == [
        "Agrees: 7",
        "Disagrees: 7",
    ]
    assert [reproductions.in_kind(holds, "7") for holds in (True, False)] == [
        "Agrees in kind: 7",
        "Not confirmed: 7",
    ]


@pytest.mark.parametrize(("gap", "clear"), [(0.0, False), (1.6, False), (1.7, True), (-3.0, False)])
def test_a_clear_difference_is_two_standard_errors(gap, clear):
    """Three seeds of standard deviation 1 on each side: its standard error is √(2/3) = 0.816."""
    seeds = np.array([-1.0, 0.0, 1.0])
    assert reproductions.clearly_less(seeds, seeds + gap) == clear
