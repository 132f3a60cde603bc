"""The numbers that a chapter's author typed, and what accounts for each of them.

What a cell computes ({eval}), code, links, references and headings are blanked out, so that what is
left keeps its place in the file and can be reported by line. Of what is left, decimals, percentages
and whole numbers of SMALLEST or more must be accounted for, in prose and in formulas.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from bookbuild.claims import spans
from bookbuild.execution import EVAL

SMALLEST = 13
"""Whole numbers below this are words that count: two layers, ten digits, a dozen."""

FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
FENCE = re.compile(r"^(`{3,})(\{[^}\n]*\})?(.*?)\n(.*?)^\1[ ]*$", re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"^#+ .*$", re.MULTILINE)
LINES = re.compile(r"^(?:#+ .*|\([\w-]+\)=|:[\w-]+:.*|:{3,}.*)$", re.MULTILINE)
CITATION = re.compile(r"\{cite(?::\w+)?\}`[^`]+`")
ROLE = re.compile(r"\{[\w:]+\}(`+).+?\1", re.DOTALL)
CLAIM = re.compile(r"\[((?:[^\[\]]|\[[^\[\]]*\])+)\]\{#claim-([\w-]+)\}")
TARGET = re.compile(r"(?<=\])\([^()\s]*\)|<https?://[^>]*>|https?://\S+")
CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
FORMULA = re.compile(r"\$\$.+?\$\$|(?<![\\$])\$(?!\$)[^$]+?(?<!\\)\$", re.DOTALL)
NUMBER = re.compile(
    r"(?<![\w.#^])(?P<digits>\d{1,3}(?:(?:,|\{,\})\d{3})+|\d+)(?P<decimals>\.\d+)?"
    r"(?P<percent>\s?\\?%| percent)?"
)

REFERENCE = re.compile(
    r"\b(?:section|equation|theorem|table|figure|chapter|exercise)s?\s+[\d.]*\d"
    r"(?:(?:, | and )[\d.]*\d)*",
    re.IGNORECASE,
)
SENTENCE_END = re.compile(r"(?<=[.?!])[\")]?\s+(?=[A-Z$*{\[(])|\n\s*\n|\n(?=[-|>] )")
ROW = re.compile(r"^\|.*\|[ ]*$", re.MULTILINE)
ADMONITION = re.compile(
    r"^(:{4,})\{admonition\}[^\n]*\n:class: question\n(?P<body>.*?)^\1[ ]*$",
    re.DOTALL | re.MULTILINE,
)
ANSWER = re.compile(r"^:{3,}\{admonition\} Answer: (?P<value>\S+).*\n", re.MULTILINE)
OPTION = re.compile(r"^(?P<number>\d)\. (?P<words>.*(?:\n(?!\d\. |\n|:::).*)*)", re.MULTILINE)
NAME = re.compile(r"^:name: (?P<name>[\w-]+)$", re.MULTILINE)
EXERCISE = re.compile(
    r"^```\{exercise-start\}.*?^```\{exercise-end\}|^:::\{exercise\}.*?^:::[ ]*$",
    re.DOTALL | re.MULTILINE,
)


class Number(NamedTuple):
    """One typed number: its text, its line, and the kind of place that accounts for it, if any."""

    text: str
    line: int
    around: str
    kind: str | None


def blank(text: str) -> str:
    """As many characters in as many lines, with nothing in them."""
    return re.sub(r"[^\n]", " ", text)


def without(pattern: re.Pattern, text: str) -> str:
    return pattern.sub(lambda match: blank(match[0]), text)


def typed(source: str) -> str:
    """What an author typed as prose or as a formula, each character in its place."""

    def fence(match: re.Match) -> str:
        if match[2] != "{math}":
            return blank(match[0])
        inside = match.start(4) - match.start(), match.end(4) - match.start()
        return blank(match[0][: inside[0]]) + match[4] + blank(match[0][inside[1] :])

    text = without(FRONT_MATTER, source)
    text = without(COMMENT, FENCE.sub(fence, text))
    for pattern in (ROLE, LINES, CLAIM):
        text = without(pattern, text)
    formulas = [(m.start(), m[0]) for m in FORMULA.finditer(text)]
    text = without(FORMULA, text)
    for pattern in (CODE, TARGET):
        text = without(pattern, text)
    for start, formula in formulas:
        text = text[:start] + formula + text[start + len(formula) :]
    return text


# ------------------------------------------------------------------- what accounts for a number


def references(source: str) -> Iterator[tuple[int, int]]:
    """A place in a book or a paper is an address, not a quantity."""
    return (match.span() for match in REFERENCE.finditer(source))


def quoted(source: str) -> Iterator[tuple[int, int]]:
    """A sentence, or a table's cell, that cites a source says what the source says.

    Our own numbers in it have to be computed in place; those would be roles.
    """
    text = without(FENCE, source)
    cells = [
        row.start() + i for row in ROW.finditer(text) for i, c in enumerate(row[0]) if c == "|"
    ]
    ends = [match.end() for match in SENTENCE_END.finditer(without(ROW, text))]
    cuts = sorted({0, *cells, *ends, len(text)})
    for match in CITATION.finditer(text):
        at = bisect_right(cuts, match.start())
        yield cuts[at - 1], cuts[at]


def guesses(source: str) -> Iterator[tuple[int, int]]:
    """The wrong options of a question are there to be wrong.

    The right one is a claim. If the question has a name, it is the claim of that name, so that no
    mark tells it from the others in a notebook.
    """
    for question in ADMONITION.finditer(source):
        answer = ANSWER.search(question["body"])
        for option in OPTION.finditer(question["body"], 0, answer.start()):
            if option["number"] != answer["value"] or NAME.search(question["body"]):
                start = question.start("body")
                yield start + option.start(), start + option.end()


def suppositions(source: str) -> Iterator[tuple[int, int]]:
    """What an exercise supposes is given. Its answer is a claim, by the name of the exercise."""
    yield from (match.span() for match in EXERCISE.finditer(source))
    for question in ADMONITION.finditer(source):
        if (name := NAME.search(question["body"])) and name["name"].startswith("ex-"):
            end = ANSWER.search(question["body"]).start()
            yield question.start(), question.start("body") + end


def settings(source: str) -> Iterator[tuple[int, int]]:
    """A number that stands in the code of the same section is what that code was told.

    Code is cells that the page shows, and {eval} roles. A share may be told as a percentage.
    """
    cuts = [0, *(m.start() for m in HEADING.finditer(without(FENCE, source))), len(source)]
    for start, end in pairwise(cuts):
        known = {
            literal
            for fence in FENCE.finditer(source, start, end)
            if fence[2] == "{code-cell}" and "hide-input" not in fence[4]
            for literal in literals(fence[4])
        }
        for role in EVAL.finditer(without(FENCE, source[start:end])):
            known |= literals(role[2])
        for match in NUMBER.finditer(typed(source[start:end])):
            if value(match) / (100 if match["percent"] else 1) in known:
                yield start + match.start(), start + match.end()


@cache
def literals(code: str) -> frozenset[float]:
    """Every number that a piece of Python spells out, in its f-strings, too."""
    tree = ast.parse(re.sub(r"^:[\w-]+:.*$", "", code, flags=re.MULTILINE))
    values = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return frozenset(float(v) for v in values if isinstance(v, int | float))


KINDS = {
    "reference": references,
    "source": quoted,
    "guess": guesses,
    "exercise": suppositions,
    "setting": settings,
}


def value(match: re.Match) -> float:
    return float(re.sub(r"\D", "", match["digits"]) + (match["decimals"] or ""))


def numbers(source: str) -> Iterator[Number]:
    """Every typed decimal, percentage and whole number of SMALLEST or more."""
    spans = {kind: list(find(source)) for kind, find in KINDS.items()}
    text, lines = typed(source), source.splitlines()
    for match in NUMBER.finditer(text):
        if not (match["decimals"] or match["percent"] or value(match) >= SMALLEST):
            continue
        kind = next(
            (k for k, places in spans.items() for a, b in places if a <= match.start() < b), None
        )
        line = text.count("\n", 0, match.start())
        yield Number(match[0], line + 1, lines[line], kind)


# ------------------------------------------------------------------------------ what is claimed


def claims(source: str) -> Iterator[tuple[str, str]]:
    """(name, words) of every claim: marked ones, and what answers a question that has a name.

    That is the number which the reader has to type, or the right option, if it states a number.
    """
    yield from ((match[2], match[1]) for match in CLAIM.finditer(source))
    for question in ADMONITION.finditer(source):
        name, answer = NAME.search(question["body"]), ANSWER.search(question["body"])
        if not name:
            continue
        options = {
            option["number"]: option["words"]
            for option in OPTION.finditer(question["body"], 0, answer.start())
        }
        right = options.get(answer["value"])
        if not options:
            yield name["name"], answer[0].partition("Answer: ")[2].strip()
        elif any(number.text for number in numbers(right)):
            yield name["name"], right


def chapters(folder: Path) -> dict[str, str]:
    """The source of every page, by its name, its marks written as spans."""
    return {
        path.stem: spans(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.md"))
    }
