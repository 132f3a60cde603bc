"""Words, symbols and sources: each is explained in one place, and the chapters lead there."""

import re
from functools import cache
from pathlib import Path

import pytest
import yaml
from pybtex.database import parse_file

from feedforward.approximation import parity_network
from tests.support import book, prose

GLOSSARY = book.CHAPTERS / "glossary.md"
NOTATION = book.CHAPTERS / "notation.md"
ENTRIES = prose.glossary(GLOSSARY)
NAMES = {name: entry[0] for entry in ENTRIES for name in entry}
"""Every name in the glossary and the entry, by its first name, that it belongs to."""

ELSEWISE = {
    # Words that mean something else where they stand first: the nat's unit, a bell's width,
    # what one gains, a drawing's crosses that vanish, errors that cost cubes.
    ("cost-functions.md", "unit"),
    ("cost-functions.md", "weight"),
    ("cost-functions.md", "width"),
    ("activations.md", "gain"),
    ("activations.md", "vanish"),
    ("activations.md", "width"),
    ("initialization.md", "cost"),
    ("training-cost.md", "gain"),
    ("depth.md", "cost"),
    ("depth.md", "vanish"),
}


def numbered_chapters() -> list[Path]:
    toc = yaml.safe_load((book.ROOT / "_toc.yml").read_text(encoding="utf-8"))
    return [
        book.ROOT / f"{chapter['file']}.md"
        for part in toc["parts"]
        if part.get("numbered")
        for chapter in part["chapters"]
    ]


CHAPTERS = numbered_chapters()


@cache
def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def unlinked(path: Path) -> dict[str, list[int]]:
    """Where each name of the glossary stands in a chapter without being a link."""
    return prose.mentions(read(path), list(NAMES))


def line_of(source: str, place: int) -> int:
    return source.count("\n", 0, place) + 1


# ---------------------------------------------------------------------------- how prose is read

SAMPLE = """---
title: a unit
---
# A unit
Of the {term}`sigmoid` one says $unit$, `unit`, [a unit](#unit) and {eq}`unit`.

:::::{admonition} A unit
:class: question
Which of them?

1. the unit
2. another, that
   has a unit

::::{admonition} Answer: 2
A unit.
::::
:::::

```{code-cell}
unit = 1
```
Hidden
units and gradients.
"""


def test_only_sentences_are_prose():
    left = prose.prose(SAMPLE)
    assert (
        left.split()
        == (
            "Of the {term}`sigmoid` one says , , and . Which of them? Hidden units and gradients."
        ).split()
    )
    assert [len(line) for line in left.splitlines()] == [len(s) for s in SAMPLE.splitlines()]


def test_a_name_is_found_in_the_plural_and_over_a_line_end_and_the_longest_wins():
    found = prose.mentions(SAMPLE, ["unit", "hidden unit", "gradient", "sigmoid", "Hidden"])
    place = SAMPLE.index("Hidden\nunits")
    assert found == {
        "unit": [],
        "hidden unit": [place],
        "gradient": [SAMPLE.index("gradients")],
        "sigmoid": [],
        "Hidden": [],
    }


def test_a_name_is_no_part_of_a_longer_word():
    text = "cross-entropy, logits, He said, he"
    assert prose.mentions(text, ["entropy", "He", "logit"]) == {
        "entropy": [],
        "He": [text.index("He")],
        "logit": [text.index("logits")],
    }


# ----------------------------------------------------------------------------------- glossary


def test_no_two_entries_share_a_name_and_all_are_in_alphabetical_order():
    names = [name.casefold() for entry in ENTRIES for name in entry]
    assert len(set(names)) == len(names)
    heads = [entry[0] for entry in ENTRIES]
    assert heads == sorted(heads, key=str.casefold)


def test_every_entry_is_a_sentence_or_three_and_says_where_it_is_made_precise():
    (block,) = re.findall(r"^```\{glossary\}\n(.*?)^```$", read(GLOSSARY), re.DOTALL | re.MULTILINE)
    for entry in re.split(r"\n\n(?=\S)", block.strip()):
        name, words = entry.splitlines()[0], len(entry.split())
        assert 8 <= words <= 75, f"{name}: {words} words"
        last = entry.splitlines()[-1].strip()
        assert re.fullmatch(r"\[.+\]\([\w-]+\.md\)(, \{eq\}`[\w-]+`)?\.", last), f"{name}: {last}"


def test_the_glossary_states_every_condition_of_the_approximation_theorem_that_the_chapter_does():
    """Leshno et al. (1993), theorem 1: without the first two there are counterexamples."""
    entry = read(GLOSSARY).partition("\nuniversal approximation\n")[2].partition("\n\n")[0]
    item = read(book.CHAPTERS / "depth.md").partition("- {cite:t}`leshno1993multilayer`")[2]
    for text in (entry, item.partition("\n\n")[0]):
        words = " ".join(text.replace("*", "").split())
        for condition in (
            "bounded on bounded sets",
            "closed set of measure zero",
            "if and only if",
            "not a polynomial (almost everywhere)",
        ):
            assert condition in words


def test_parity_is_cited_from_the_chapter_of_1986_that_solves_it():
    """The Nature paper of the same authors and year, on back-propagation, has no parity in it."""
    section = read(book.CHAPTERS / "depth.md").partition("### Parity")[2].partition("\n#")[0]
    cited = re.findall(r"\{cite(?::\w+)?\}`(rumelhart[^`]+)`", section)
    assert [BIBLIOGRAPHY[key].type for key in cited] == ["incollection"]
    (fields,) = (BIBLIOGRAPHY[key].fields for key in cited)
    assert fields["title"] == "Learning Internal Representations by Error Propagation"
    assert fields["title"].lower() in " ".join(parity_network.__doc__.lower().split())


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.name)
def test_every_term_of_a_chapter_is_in_the_glossary_and_is_linked_once(path):
    linked = [link.name for link in prose.linked(read(path))]
    unknown = [name for name in linked if name not in NAMES and name.lower() not in NAMES]
    assert unknown == []
    entries = [NAMES.get(name) or NAMES[name.lower()] for name in linked]
    assert sorted(entries) == sorted(set(entries))


def test_every_entry_is_used_by_a_chapter():
    linked = {link.name for path in CHAPTERS for link in prose.linked(read(path))}
    used = {NAMES.get(name) or NAMES[name.lower()] for name in linked}
    assert {entry[0] for entry in ENTRIES} - used == set()


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.name)
def test_a_chapter_links_its_first_use_of_each_word_of_the_glossary(path):
    source = read(path)
    first = {}
    for link in prose.linked(source):
        first.setdefault(NAMES.get(link.name) or NAMES[link.name.lower()], link.start)
    wrong = []
    for name, places in unlinked(path).items():
        entry = NAMES[name]
        if (path.name, entry) in ELSEWISE or not places:
            continue
        if places[0] < first.get(entry, len(source)):
            wrong.append(f"line {line_of(source, places[0])}: make it {{term}}`{name}`")
    assert wrong == []


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.name)
def test_words_are_linked_in_sentences_only(path):
    """Not in a heading, in code or in an option of a question, where a link would be in the way."""
    source = read(path)
    stay = {link.start for link in prose.linked(prose.prose(source))}
    elsewhere = [link for link in prose.linked(source) if link.start not in stay]
    assert [(line_of(source, link.start), link.name) for link in elsewhere] == []


def test_what_is_excepted_is_there():
    """An exception for a word that the chapter does not hold would hide nothing, or hide later."""
    for name, entry in ELSEWISE:
        found = unlinked(book.CHAPTERS / name)
        assert any(found[one] for one, of in NAMES.items() if of == entry), (name, entry)


# ----------------------------------------------------------------------------------- notation

FORMULA = re.compile(
    r"^```\{math\}\n(.*?)^```$|^\$\$(.*?)^\$\$$|\$([^$]+)\$",
    re.DOTALL | re.MULTILINE,
)
WORD = r"\\(?:text|operatorname|mathrm|mathbb)\s*(?:\{[^}]*\}|\w)"
TOKEN = re.compile(rf"{WORD}|\\[a-zA-Z]+|[^\s{{}}\\]")


def tokens(latex: str) -> list[str]:
    """What a formula is made of, without braces and spacing: $z_{l}$ reads as $z_l$ does."""
    latex = re.sub(r":label: \S+|\\[,;!:> ]|\\(?:Bigl?|bigl?|Bigr|bigr|left|right)\b", " ", latex)
    return [re.sub(r"[{}\s]", "", token) for token in TOKEN.findall(latex)]


def formulas(source: str) -> list[list[str]]:
    return [tokens("".join(groups)) for groups in FORMULA.findall(source)]


def occurs(symbol: list[str], formula: list[str]) -> bool:
    width = len(symbol)
    return any(formula[i : i + width] == symbol for i in range(len(formula) - width + 1))


def rows() -> list[list[str]]:
    """The rows of the notation page's tables, without their heads and that of twofold letters."""
    source = read(NOTATION).partition("(notation-twice)=")[0]
    lines = [line for line in source.splitlines() if line.startswith("| $")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


EQUATIONS = {
    label: path
    for path in CHAPTERS
    for label in re.findall(r"^:label: (eq-[\w-]+)$", read(path), re.MULTILINE)
}


@pytest.mark.parametrize(
    ("symbol", "latex", "there"),
    [
        ("z_l", r"z_{l} + 1", True),
        (r"\mathbb{E}", r"\mathbb E_w \cos", True),
        ("w", r"wx + b", True),
        ("n_l", r"n_h", False),
        ("e", r"\text{else}", False),
        (r"\sigma", r"\sigma(z)", True),
    ],
)
def test_a_symbol_is_found_in_a_formula(symbol, latex, there):
    assert occurs(tokens(symbol), tokens(latex)) == there


def test_the_notation_has_rows_and_says_a_meaning_a_shape_and_a_place_in_each():
    assert len(rows()) > 80
    for row in rows():
        assert len(row) == 4 and all(row), row
        symbol, _, _, place = row
        assert re.fullmatch(r"\{eq\}`eq-[\w-]+`|\[ch\. \d\]\([\w-]+\.md\)", place), symbol


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row[0]} {row[-1]}")
def test_every_symbol_occurs_in_the_chapter_that_the_notation_names(row):
    symbols, place = row[0], row[-1]
    label, page = re.fullmatch(r"\{eq\}`(.+)`|\[.+\]\((.+)\)", place).groups()
    path = EQUATIONS[label] if label else book.CHAPTERS / page
    used = formulas(read(path))
    for symbol in re.findall(r"\$([^$]+)\$", symbols):
        assert any(occurs(tokens(symbol), formula) for formula in used), symbol


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.name)
def test_a_chapter_leads_to_the_notation_where_it_introduces_a_symbol(path):
    groups = set(re.findall(r"^\((notation-[\w-]+)\)=$", read(NOTATION), re.MULTILINE))
    linked = re.findall(r"\[([^][]+)\]\(#(notation-[\w-]+)\)", read(path))
    assert len(linked) >= 4
    assert {group for _, group in linked} <= groups
    # A link of a formula alone has no name that every screen reader speaks.
    assert [text for text, _ in linked if not re.search("[a-z]{2}", FORMULA.sub("", text))] == []


def test_chapters_are_numbered_in_the_glossary_and_the_notation_as_in_the_book():
    for page in (GLOSSARY, NOTATION, book.CHAPTERS / "how-to-use.md"):
        link = r"\[(?:[Cc]hapter |ch\. )?(\d)(?: · [^\]]*)?\]\(([\w-]+\.md)\)"
        named = re.findall(link, read(page))
        assert named
        for number, name in named:
            assert CHAPTERS[int(number) - 1].name == name, f"{page.name}: chapter {number}"


# ------------------------------------------------------------------------------------ sources

BIBLIOGRAPHY = parse_file(book.CHAPTERS / "references.bib", bib_format="bibtex").entries
CITED = re.compile(r"\{cite(?::\w+)?\}`([^`]+)`")

BY_WHOM = {
    "article": ["journal", "volume"],
    "inproceedings": ["booktitle"],
    "incollection": ["booktitle", "publisher"],
    "book": ["publisher"],
    "techreport": ["institution", "number"],
    "misc": ["eprint"],
    "unpublished": ["eprint"],
}
DOI = re.compile(r"10\.\d{4,9}/\S+")
ARXIV = re.compile(r"\d{4}\.\d{4,5}")


def is_isbn(text: str) -> bool:
    """Thirteen digits whose check digit is right."""
    digits = [int(digit) for digit in text.replace("-", "") if digit.isdigit()]
    weighted = sum(digit * (1, 3)[place % 2] for place, digit in enumerate(digits))
    return len(digits) == 13 and weighted % 10 == 0


def test_an_isbn_with_a_wrong_digit_is_noticed():
    assert is_isbn("978-0-262-03561-3")
    assert not is_isbn("978-0-262-03561-4")


@pytest.mark.parametrize("key", BIBLIOGRAPHY)
def test_a_source_has_what_a_complete_citation_needs(key):
    entry = BIBLIOGRAPHY[key]
    fields = {name.lower(): text for name, text in entry.fields.items()}
    assert entry.persons.get("author")
    assert all(person.last_names and person.first_names for person in entry.persons["author"])
    assert re.fullmatch(r"(19|20)\d\d[a-z]?", fields["year"])
    for name in ("title", *BY_WHOM[entry.type]):
        assert fields.get(name, "").strip(), f"{key} has no {name}"
    if "doi" in fields:
        assert DOI.fullmatch(fields["doi"])
    elif "eprint" in fields:
        assert fields["archiveprefix"] == "arXiv" and ARXIV.fullmatch(fields["eprint"])
    elif "isbn" in fields:
        assert is_isbn(fields["isbn"])
    else:
        assert re.match("https?://", fields.get("url", "")), f"{key}: where is it to be found?"
    assert "doi" not in fields.get("note", "").lower(), "a note is for readers"


def test_every_source_is_cited_and_every_citation_has_a_source():
    cited = {
        key.strip()
        for path in book.CHAPTERS.glob("*.md")
        for keys in CITED.findall(read(path))
        for key in keys.split(",")
    }
    assert set(BIBLIOGRAPHY) - cited == set()
    assert cited - set(BIBLIOGRAPHY) == set()
