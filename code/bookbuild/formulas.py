"""Formulas are typeset while the book is built: pages carry HTML and MathML, no program.

KaTeX, as sphinxcontrib.katex brings it, runs in the Node that pip installed. A formula that
it cannot set is a defect, named with its place in the chapter.
"""

from __future__ import annotations

import json
import re
import subprocess
from functools import partial
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.locale import _
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.math import get_node_equation_number
from sphinxcontrib import katex

from bookbuild.lint import BookError, report
from booktools import install

NAME = "katex_at_build"
HERE = Path(__file__).parent
PROGRAM = Path(katex.__file__).with_name("katex.min.js")


class KeepPunctuation(SphinxPostTransform):
    """Give a formula the comma behind it and the parenthesis before it: browsers break lines at a
    formula's box.

    Short formulas only: a long one must stay free to break within.
    """

    default_priority = 500
    longest = 30  # characters of LaTeX

    def run(self, **kwargs: object) -> None:
        for formula in list(self.document.findall(nodes.math)):
            if len(formula.astext()) > self.longest:
                continue
            place = formula.parent.index(formula)
            before = formula.parent[place - 1] if place else None
            after = formula.next_node(descend=False, siblings=True)
            opening = re.search(r"[(\[“‘]+$", before) if isinstance(before, nodes.Text) else None
            mark = re.match(r"[^\w\s(\[–—-]+", after) if isinstance(after, nodes.Text) else None
            if opening:
                formula["head"] = opening[0]
                before.parent.replace(before, nodes.Text(before[: opening.start()]))
            if mark:
                formula["tail"] = mark[0]
                after.parent.replace(after, nodes.Text(after[mark.end() :]))
            if opening or mark:
                formula["classes"].append("math-kept")


class FormulaError(ValueError):
    """KaTeX's words about a formula that it cannot set."""


class Typesetter:
    """One Node process that typesets formula after formula; it starts with the first.

    (sphinxcontrib.katex has a server of its own, on a socket: connecting to it fails now
    and then, while Node is still opening it.)
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen | None = None

    def __call__(self, latex: str, *, display: bool) -> str:
        """HTML with MathML inside for one formula; raises FormulaError."""
        if display and r"\\" in latex and r"\begin{" not in latex:
            # As Sphinx does for its other renderers: lines are split, & aligns them.
            latex = rf"\begin{{split}}{latex}\end{{split}}"
        if self._process is None:
            self._process = subprocess.Popen(
                [install.node(), HERE / "katex_lines.js", PROGRAM],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                encoding="utf-8",
            )
        self._process.stdin.write(json.dumps({"latex": latex.strip(), "display": display}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        if "error" in answer:
            raise FormulaError(answer["error"])
        return answer["html"]

    def close(self) -> None:
        if self._process is not None:
            self._process.stdin.close()
            self._process.stdout.close()
            self._process.wait()
            self._process = None


def _typeset(typeset: Typesetter, translator, node: nodes.Node, *, display: bool) -> str:
    latex, app = node.astext(), translator.builder.app
    try:
        return typeset(latex, display=display)
    except FormulaError as error:
        message = f"KaTeX cannot typeset {latex.strip()!r}: {error}"
        report(app, message, translator.builder.current_docname, node)
        return f"<code>{translator.encode(latex)}</code>"


def visit_math(translator, node: nodes.math, typeset: Typesetter) -> None:
    translator.body.append(translator.starttag(node, "span", "", CLASS="math"))
    typeset = _typeset(typeset, translator, node, display=False)
    head, tail = (translator.encode(node.get(name, "")) for name in ("head", "tail"))
    translator.body.append(f"{head}{typeset}{tail}</span>")
    raise nodes.SkipNode


def visit_displaymath(translator, node: nodes.math_block, typeset: Typesetter) -> None:
    body = translator.body
    body.append(translator.starttag(node, "div", CLASS="math math-display"))
    body.append('<div class="math-scroll">')
    body.append(_typeset(typeset, translator, node, display=True))
    body.append("</div>")
    if node["number"]:
        body.append(f'<span class="eqno">({get_node_equation_number(translator, node)})')
        translator.add_permalink_ref(node, _("Link to this equation"))
        body.append("</span>")
    body.append("</div>\n")
    raise nodes.SkipNode


def configure(app: Sphinx, config: Config) -> None:
    config.html_math_renderer = NAME
    config.html_static_path = [*config.html_static_path, str(install.home())]


def _check_installed(app: Sphinx) -> None:
    if app.builder.format == "html" and not install.is_installed():
        raise BookError(f"KaTeX's stylesheet and fonts are missing; run: {install.COMMAND}")


def setup(app: Sphinx) -> None:
    typeset = Typesetter()
    app.add_post_transform(KeepPunctuation)
    app.connect("build-finished", lambda app, exception: typeset.close())
    visitors = (partial(visit, typeset=typeset) for visit in (visit_math, visit_displaymath))
    app.add_html_math_renderer(NAME, *((visit, None) for visit in visitors))
    app.connect("config-inited", configure)
    app.connect("builder-inited", _check_installed)
