"""How a reader's eye finds numbers that are not written in the book's style.

The style is that of `feedforward.typography`. What is read is a built page: its text, its formulas,
what its cells print, and each state of its figures. Code is Python's, and sources are their own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from bs4 import BeautifulSoup

from tests.support import book

CODE = "div.cell_input, code, script, style, div[class*=highlight-]"
SOURCES = "div.citation, .headerlink"
FIGURES = "figure.explorable, figure.explorable-still"

CITED = re.compile(r"\[[A-Z\d][^\[\]]*\]|\((?:19|20)\d\d\)")
LIST = re.compile(r"\([^()\n]*,[^()\n]*\)|\[[^\[\]\n]*\]")
"""Numbers in brackets, with commas between them: no place for other commas."""

RULES = {
    "a minus sign, no hyphen": re.compile(r"(?<![\w.\]\)–’'\"-])-\.?\d"),
    "per cent behind a no-break space": re.compile(r"\d ?%"),
    "a power of ten, no e": re.compile(r"(?<![\w.])\d+(?:\.\d+)?e[-+]?\d+(?!\w)"),
    "thousands with a comma": re.compile(
        r"(?<![\w.,#^])\d{4,}(?![\w-])|(?<![\w.,])\d{1,3}(?: |\u2009|\u202f|\\,|\\ )000(?!\d)"
    ),
    "one is singular": re.compile(
        r"(?<![\w.,/·–×^)±-])1 (?:hidden |linear |local |straight )?"
        r"(?:\w*(?:layer|unit|region|piece|seed|step|example|line|tangent|input|output|weight"
        r"|epoch|digit|block|neuron|ReLU|sample|number|fold|dimension|component))s\b"
    ),
    "an exact answer has no tolerance": re.compile(r"Answer: [−\d,]+ ± 0(?:\.0\d*)?(?!\.?\d)"),
}


class Slip(NamedTuple):
    """A number that breaks a rule: where it stands, the rule, and the words around it."""

    where: str
    rule: str
    around: str


def slips(text: str, where: str = "") -> Iterator[Slip]:
    for rule, pattern in RULES.items():
        if where == "formula" and rule != "thousands with a comma":
            continue  # TeX writes its own minus signs and powers
        read = text
        if rule == "thousands with a comma":
            for exempt in (CITED, LIST):
                read = exempt.sub(lambda match: " " * len(match[0]), read)
        for match in pattern.finditer(read):
            around = text[max(0, match.start() - 30) : match.end() + 20]
            yield Slip(where, rule, " ".join(around.split()))


def slips_of(page: str) -> list[Slip]:
    return [slip for where, text in texts(page) for slip in slips(text, where)]


def texts(page: str) -> Iterator[tuple[str, str]]:
    """(where, text) of all that a reader of a built page meets, each state of a figure once."""
    soup = BeautifulSoup((book.SITE / page).read_text(encoding="utf-8"), "html.parser")
    article = soup.select_one("article")
    if article is None:
        return
    for figure in article.select(FIGURES):
        yield from ((f"figure {figure['id']}", text) for text in sorted(set(of_figure(figure))))
        figure.decompose()
    for cell in article.select("div.cell"):
        source = cell.select_one("div.cell_input")
        if source and "exercises.check_" in source.get_text():
            continue  # what a checker says is Python's to a programmer: it shows values of code
        for code in cell.select("div.cell_output div.highlight-python"):
            code.decompose()  # the book's own code, which a cell shows
        for output in cell.select("div.cell_output"):
            yield "printout", output.get_text()
    for output in article.select("div.cell_output"):
        output.decompose()
    for formula in article.select("annotation"):
        yield "formula", formula.get_text()
    for formula in article.select(".katex"):
        formula.replace_with("⟦⟧")
    for other in article.select(f"{CODE}, {SOURCES}"):
        other.decompose()
    yield "text", article.get_text()


def of_figure(figure: BeautifulSoup) -> Iterator[str]:
    words = "svg text, .explorable-text, .explorable-alt, figcaption, label, output, option"
    yield from (tag.get_text() for tag in figure.select(words))
    for slider in figure.select("[data-texts]"):
        yield from json.loads(slider["data-texts"])
    if figure.get("data-frames"):
        yield from of_frames(figure["data-frames"])


@cache
def of_frames(name: str) -> tuple[str, ...]:
    """The texts and the labels of all states, from the script that a figure loads."""
    script = next(book.SITE.rglob(name)).read_text(encoding="utf-8")
    frames = json.loads(script[script.index(",") + 1 : script.rindex(")")])
    found = list(frames["texts"])
    for _, what, _, contents in frames["slots"]:
        if what == "#text":
            found += [content or "" for content in contents]
        elif what == "#markup":
            for content in contents:
                drawing = BeautifulSoup(content or "", "html.parser")
                found += [tag.get_text() for tag in drawing.select("text")]
    return tuple(found)
