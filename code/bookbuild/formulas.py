"""Formulas are typeset while the book is built: pages carry HTML and MathML, no program.

KaTeX runs in the Node that pip installed, through the render server of sphinxcontrib.katex.
A formula that KaTeX cannot set is a defect with its place in the chapter.
"""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.locale import _
from sphinx.util.math import get_node_equation_number
from sphinxcontrib import katex

from bookbuild import install
from bookbuild.defects import BookError, report

NAME = "katex_at_build"


def typeset(latex: str, *, display: bool) -> str:
    """HTML with MathML inside for one formula; raises `katex.KaTeXError` with KaTeX's words."""
    katex.NODEJS_BINARY = str(install.node())
    if display and re.search(r"\\\\", latex) and r"\begin{" not in latex:
        # As Sphinx does for its other renderers: lines are split, & aligns them.
        latex = rf"\begin{{split}}{latex}\end{{split}}"
    options = {"displayMode": display, "throwOnError": True, "strict": "error"}
    return katex.render_latex(latex.strip(), options)


def _typeset_node(translator, node: nodes.Node, *, display: bool) -> str:
    latex = node.astext()
    try:
        return typeset(latex, display=display)
    except katex.KaTeXError as error:
        app = translator.builder.app
        message = f"KaTeX cannot typeset {latex.strip()!r}: {error}"
        report(app, message, translator.builder.current_docname, node)
        return f"<code>{translator.encode(latex)}</code>"


def visit_math(translator, node: nodes.math) -> None:
    translator.body.append(translator.starttag(node, "span", "", CLASS="math"))
    translator.body.append(_typeset_node(translator, node, display=False) + "</span>")
    raise nodes.SkipNode


def visit_displaymath(translator, node: nodes.math_block) -> None:
    body = translator.body
    body.append(translator.starttag(node, "div", CLASS="math math-display"))
    body.append('<div class="math-scroll">')
    body.append(_typeset_node(translator, node, display=True))
    body.append("</div>")
    if node["number"]:
        body.append(f'<span class="eqno">({get_node_equation_number(translator, node)})')
        translator.add_permalink_ref(node, _("Link to this equation"))
        body.append("</span>")
    body.append("</div>\n")
    raise nodes.SkipNode


def configure(app: Sphinx, config: Config) -> None:
    config.html_math_renderer = NAME
    config.html_static_path.append(str(install.home()))


def _check_installed(app: Sphinx) -> None:
    if app.builder.format == "html" and not install.is_installed():
        raise BookError(f"KaTeX's stylesheet and fonts are missing; run: {install.COMMAND}")


def setup(app: Sphinx) -> None:
    app.add_html_math_renderer(NAME, (visit_math, None), (visit_displaymath, None))
    app.connect("config-inited", configure, priority=400)
    app.connect("builder-inited", _check_installed)
