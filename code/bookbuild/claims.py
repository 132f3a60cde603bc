"""A page that lists what the book claims, in its own words, and the test that checks it.

Words are marked as a claim by a span with a name, [about 0.9 nats]{#claim-entropy}, which reads as
before; the number that answers a self-check is a claim by the name of the exercise. A test that
checks one says so, @pytest.mark.claim("entropy"). The directive {claims} lists them by chapter.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from bookbuild.defects import report
from bookbuild.questions import is_answer

MARK = "claim-"


class Test(NamedTuple):
    """Where a claim's test stands: the file, from the book's folder, and the function."""

    path: str
    name: str


class Claim(NamedTuple):
    """A claim's place on its page and its words, as nodes."""

    anchor: str
    words: list[nodes.Node]


class claims_list(nodes.General, nodes.Element):
    """Where the list goes, once all pages are read."""


def marked_tests(folder: Path) -> dict[str, Test]:
    """The test of each claim, read from the decorators. The tests are parsed, not imported."""
    found: dict[str, Test] = {}
    for path in sorted(folder.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for mark in getattr(node, "decorator_list", []):
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.claim":
                    test = Test(path.relative_to(folder.parent).as_posix(), node.name)
                    names = [ast.literal_eval(name) for name in mark.args]
                    if twice := found.keys() & set(names):
                        raise ValueError(f"two tests of {', '.join(sorted(twice))}")
                    found |= dict.fromkeys(names, test)
    return found


def collect(app: Sphinx, doctree: nodes.document) -> None:
    """Remember the claims of the page that was just read."""
    found: dict[str, Claim] = {}
    for span in doctree.findall(nodes.inline):
        for anchor in span["ids"]:
            if anchor.startswith(MARK):
                if any(type(node).__name__.startswith("pending") for node in span.findall()):
                    message = f"the claim {anchor!r} may hold words and formulas, no other role"
                    report(app, message, app.env.docname, span)
                    continue
                words = [child.deepcopy() for child in span.children]
                found[anchor.removeprefix(MARK)] = Claim(anchor, words)
    for asked in doctree.findall(nodes.admonition):
        anchor = next((name for name in asked["ids"] if name.startswith("ex-")), None)
        if anchor and "question" in asked["classes"]:
            answers = [node for node in asked.children if is_answer(node)]
            if answers and not any(isinstance(n, nodes.enumerated_list) for n in asked.children):
                title, answer = asked.children[0].astext(), answers[0].children[0].astext()
                words = f"{title}: {answer.removeprefix('Answer: ')}"
                found[anchor] = Claim(anchor, [nodes.Text(words)])
    claims_of(app.env)[app.env.docname] = found


def claims_of(env: BuildEnvironment) -> dict[str, dict[str, Claim]]:
    """The claims of every page, kept between builds."""
    if not hasattr(env, "bookbuild_claims"):
        env.bookbuild_claims = {}
    return env.bookbuild_claims


def purge(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    claims_of(env).pop(docname, None)


def merge(app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment) -> None:
    claims_of(env).update({name: claims_of(other)[name] for name in docnames})


def outdated(app: Sphinx, env: BuildEnvironment, added, changed, removed) -> list[str]:
    """The list shows other pages and the tests: read it anew on every build."""
    return [name for name in getattr(env, "bookbuild_claims_pages", ()) if name in env.found_docs]


class ListClaims(SphinxDirective):
    """{claims}: every claim of the book."""

    def run(self) -> list[nodes.Node]:
        pages = {*getattr(self.env, "bookbuild_claims_pages", ()), self.env.docname}
        self.env.bookbuild_claims_pages = pages
        return [claims_list()]


def fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the list in its place, in the order of the book's pages."""
    for place in list(doctree.findall(claims_list)):
        tests, pages = marked_tests(Path(app.srcdir) / "tests"), claims_of(app.env)
        in_order = [page for page in app.env.collect_relations() if pages.get(page)]
        tables = [table(app, docname, page, pages[page], tests) for page in in_order]
        place.replace_self(tables)


def table(
    app: Sphinx, docname: str, page: str, found: dict[str, Claim], tests: dict[str, Test]
) -> nodes.table:
    """The claims of one page beside their tests, in two columns."""
    rows = []
    for name, claim in found.items():
        if name not in tests:
            report(app, f'no test is marked @pytest.mark.claim("{name}")', page)
            continue
        address = app.builder.get_relative_uri(docname, page) + f"#{claim.anchor}"
        words = [word.deepcopy() for word in claim.words]
        path, test = tests[name]
        checked = [
            nodes.Text(test.removeprefix("test_").replace("_", " ").capitalize() + ". "),
            nodes.literal(text=Path(path).name, classes=["claims-test"]),
        ]
        rows.append(([nodes.reference("", "", *words, refuri=address, internal=True)], checked))
    head = [[nodes.Text("What the page says")], [nodes.Text("What a test finds")]]
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
    app.add_node(claims_list)
    app.add_directive("claims", ListClaims)
    app.connect("doctree-read", collect)
    app.connect("env-purge-doc", purge)
    app.connect("env-merge-info", merge)
    app.connect("env-get-outdated", outdated)
    app.connect("doctree-resolved", fill)
