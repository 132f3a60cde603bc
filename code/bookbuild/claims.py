"""A page that lists what the book claims, in its own words, and the test that checks it.

Comments mark words, which no reader of a page or a notebook sees:
<!-- claim speed -->about 0.9 m/s<!-- /claim --> states a number that a test checks, and
<!-- measured -->{eval}`seconds`<!-- /measured --> depends on a clock or on the memory in use, so
that two builds may differ in it; of a cell, the tag `measurement` says the same. On a page they are
spans that have an id, and spans that have a class. (Never at the start of a line: there Markdown
takes a comment for a block.)

The answer of a question with a name is a claim of that name. A test that checks one says so,
@pytest.mark.claim("speed"), and how, in its docstring's first line. An admonition of class
`claims-list` becomes the list.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from docutils import nodes
from sphinx.application import Sphinx

from bookbuild.lint import report
from bookbuild.questions import is_answer

CLAIM = "claim-"
"""What the id of a claim begins with; its name follows."""

SPANS = {
    re.compile(r"<!-- claim ([\w-]+) -->(.*?)<!-- /claim -->", re.DOTALL): rf"[\2]{{#{CLAIM}\1}}",
    re.compile(r"<!-- measured -->(.*?)<!-- /measured -->", re.DOTALL): r"[\1]{.measured}",
}

NO_SPREAD = re.compile(r" ± (?P<tolerance>\S+)(?P<unit>.*)")


def spans(source: str) -> str:
    """A page's source, its marks written as MyST's spans: [words]{#claim-name}."""
    for comments, span in SPANS.items():
        source = comments.sub(span, source)
    return source


def write_spans(app: Sphinx, docname: str, source: list[str]) -> None:
    source[0] = spans(source[0])


class Test(NamedTuple):
    """A claim's test: the file, from the book's folder, the function, how it checks, in words."""

    path: str
    name: str
    how: str


class Claim(NamedTuple):
    """A claim's place on its page and its words, as nodes; whether it was marked as one."""

    anchor: str
    words: list[nodes.Node]
    marked: bool


def marked_tests(folder: Path) -> dict[str, Test]:
    """The test of each claim, read from the decorators. The tests are parsed, not imported."""
    found: dict[str, Test] = {}
    for path in sorted(folder.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for mark in getattr(node, "decorator_list", []):
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.claim":
                    how = (ast.get_docstring(node) or "").partition("\n")[0]
                    if not how:
                        raise ValueError(f"{node.name} checks a claim and has no docstring")
                    test = Test(path.relative_to(folder.parent).as_posix(), node.name, how)
                    names = [ast.literal_eval(name) for name in mark.args]
                    if twice := found.keys() & set(names):
                        raise ValueError(f"two tests of {', '.join(sorted(twice))}")
                    found |= dict.fromkeys(names, test)
    return found


def claims(app: Sphinx, docname: str) -> dict[str, Claim]:
    """The claims of a page as it was read, by their names."""
    doctree = app.env.get_doctree(docname)
    found: dict[str, Claim] = {}
    for span in doctree.findall(nodes.inline):
        for anchor in span["ids"]:
            if anchor.startswith(CLAIM):
                if any(type(node).__name__.startswith("pending") for node in span.findall()):
                    message = f"the claim {anchor!r} may hold words and formulas, no other role"
                    report(app, message, docname, span)
                    continue
                words = [child.deepcopy() for child in span.children]
                found[anchor.removeprefix(CLAIM)] = Claim(anchor, words, marked=True)
    for asked in doctree.findall(nodes.admonition):
        answers = [node for node in asked.children if is_answer(node)]
        if "question" in asked["classes"] and asked["names"] and answers:
            anchor, title = asked["ids"][0], asked.children[0].astext()
            asks = nodes.Text(title + (" " if title.endswith("?") else ": "))
            words = [asks, *answer_of(asked, answers[0])]
            found[anchor] = Claim(anchor, words, marked=False)
    return found


def answer_of(asked: nodes.admonition, answer: nodes.admonition) -> list[nodes.Node]:
    """The right option of a question, or what a reader has to type."""
    title = answer.children[0].astext()
    options = [node for node in asked.children if isinstance(node, nodes.enumerated_list)]
    if not options:
        return [nodes.Text(NO_SPREAD.sub(accepted, title.removeprefix("Answer: ")))]
    right = options[-1].children[int(title.removeprefix("Answer: ")) - 1]
    return [node.deepcopy() for node in right.children[0].children]


def accepted(answer: re.Match) -> str:
    """An answer's tolerance in words: ± is a standard deviation everywhere else."""
    exact = float(answer["tolerance"]) == 0
    return answer["unit"] + ("" if exact else f", accepted within {answer['tolerance']}")


def quoted(words: list[nodes.Node]) -> list[nodes.Node]:
    """Words out of a sentence, with dots where it goes on."""
    said = "".join(node.astext() for node in words)
    before = nodes.Text("… ") if said[0].islower() else nodes.Text("")
    return [before, *words, nodes.Text("" if said[-1] in ".?!" else " …")]


def list_claims(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Replace each admonition of class `claims-list` by the tables of all pages, in their order."""
    for place in list(doctree.findall(nodes.Admonition)):
        if "claims-list" not in place["classes"]:
            continue
        tests = marked_tests(Path(app.srcdir) / "tests")
        pages = {page: claims(app, page) for page in app.env.collect_relations()}
        tables = [table(app, docname, page, found, tests) for page, found in pages.items() if found]
        place.replace_self(tables)


def table(
    app: Sphinx, docname: str, page: str, found: dict[str, Claim], tests: dict[str, Test]
) -> nodes.table:
    """The claims of one page beside their tests, in two columns."""
    rows = []
    for name, claim in found.items():
        if name not in tests:
            if not claim.marked:  # the answer to a question states no number
                continue
            report(app, f'no test is marked @pytest.mark.claim("{name}")', page)
            continue
        address = app.builder.get_relative_uri(docname, page) + f"#{claim.anchor}"
        # Its name is the link: a formula is no text for a screen reader's list of links.
        link = nodes.reference("", name, refuri=address, internal=True)
        words = [word.deepcopy() for word in claim.words]
        said = [*(quoted(words) if claim.marked else words), nodes.Text(" "), link]
        test = tests[name]
        checked = [nodes.Text(f"{test.how} "), nodes.literal(text=Path(test.path).name)]
        rows.append((said, checked))
    head = [[nodes.Text("What the page says")], [nodes.Text("How a test checks it")]]
    columns = nodes.tgroup(
        "",
        *(nodes.colspec(colwidth=50) for _ in head),
        nodes.thead("", row(head)),
        nodes.tbody("", *(row(cells) for cells in rows)),
        cols=len(head),
    )
    title = app.env.titles[page].astext()
    ids = [f"claims-of-{Path(page).name}"]
    return nodes.table("", nodes.title("", title), columns, classes=["stacked"], ids=ids)


def row(cells: Iterable[list[nodes.Node]]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", *cell)) for cell in cells))


def setup(app: Sphinx) -> None:
    app.connect("source-read", write_spans)
    app.connect("doctree-resolved", list_claims)
