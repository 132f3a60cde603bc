"""The page for newcomers: what it promises is so."""

import re

import numpy as np
import pytest
import yaml

from bookbuild.header import WORDS_A_MINUTE, minutes, words_to_read
from feedforward.experiments import depth as experiments
from feedforward.figures import depth as figures
from tests.support import book

PAGE = book.CHAPTERS / "how-to-use.md"


def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def course() -> list[tuple[str, str, int]]:
    """The rows of the table of chapters: title, file, minutes to read it."""
    rows = re.findall(r"^\| \[\d · (.+)\]\((.+)\), (\d+) \+ \d+ \| ", page(), re.MULTILINE)
    return [(title, name, int(minutes)) for title, name, minutes in rows]


def test_the_table_names_each_chapter_with_its_title_in_order():
    toc = yaml.safe_load((book.ROOT / "_toc.yml").read_text(encoding="utf-8"))
    (part,) = [part for part in toc["parts"] if part.get("numbered")]
    files = [f"{chapter['file'].removeprefix('chapters/')}.md" for chapter in part["chapters"]]
    assert [row[1] for row in course()] == files
    for title, name, *_ in course():
        assert f"\n# {title}\n" in (book.CHAPTERS / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("row", course(), ids=lambda row: row[1])
def test_the_reading_time_is_that_of_the_words(row):
    """As below the chapter's heading; and the page says how fast a reader is taken to be."""
    words = words_to_read((book.CHAPTERS / row[1]).read_text(encoding="utf-8"))
    assert row[2] == minutes(words)
    assert f"at {WORDS_A_MINUTE} a minute" in page()


def test_every_command_and_every_folder_that_it_names_is_there():
    makefile = (book.ROOT / "Makefile").read_text(encoding="utf-8")
    commands = set(re.findall(r"^make (\w+)$|`make (\w+)`", page(), re.MULTILINE))
    named = {first or second for first, second in commands}
    assert {"lab", "book", "test"} == named
    for target in named:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)
    folders = re.findall(r"`((?:code|chapters)/[\w/]*)`", page())
    assert len(folders) >= 4
    assert [folder for folder in folders if not (book.ROOT / folder).is_dir()] == []


def test_the_answer_to_its_question_is_the_measured_one():
    """At σ = 0.8 the curve is shorter at each layer shown, with every seed."""
    shown = experiments.curve_growth(0.8)[0][:, list(figures.CURVE_SHOWN)]
    assert (np.diff(shown, axis=1) < 0).all()


def test_its_figure_takes_any_value_that_the_page_invites_to():
    low, high = map(
        float, re.search(r"FloatSlider\(2\.5, min=([\d.]+), max=([\d.]+)\)", page()).groups()
    )
    for scale in (low, 3.3, high):
        figure, text = figures.curve(len(figures.CURVE_SHOWN) - 1, scale)
        lengths, (bottom, top) = experiments.curve_growth(scale)[0], figure.axes[1].get_ylim()
        assert bottom < lengths.min() and lengths.max() < top
        assert f"{scale:g}" in text


def test_it_cites_the_book_as_the_citation_file_does():
    citation = yaml.safe_load((book.ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    cited = re.search(r"## How to cite\n\n((?:> .*\n)+)", page())[1].replace("> ", "")
    preferred = citation["preferred-citation"]
    for part in (preferred["title"], str(preferred["year"]), preferred["authors"][0]["name"]):
        assert part in " ".join(cited.replace("*", "").split())


def test_every_chapter_keeps_the_promise_about_its_exercises():
    """Two or three that answer on the page, three or more to program, one open."""
    for _, name, *_ in course():
        source = (book.CHAPTERS / name).read_text(encoding="utf-8")
        assert len(re.findall(r"\{admonition\} Self-check:", source)) in (2, 3), name
        assert len(re.findall(r"^```\{exercise-start\}", source, re.MULTILINE)) >= 3, name
        assert len(re.findall(r"^:::\{exercise\}", source, re.MULTILINE)) == 1, name
