"""Admonitions that a reader uses: self-check questions, and dropdowns.

An admonition or a solution of class `dropdown` becomes sphinx-design's <details>. No script is
needed: browsers open it by keyboard, tell screen readers, and find words in it.

An admonition of class `question` answers at once on the page:

    :::::{admonition} Predict first
    :class: question
    The question.
    1. one option
    2. another
    ::::{admonition} Answer: 2
    :class: dropdown
    Why.
    ::::
    :::::

The last ordered list becomes radio buttons. Without a list the answer is a number, with a
tolerance if one is given (`Answer: 2,981 ± 1`), and the reader types it. In a notebook, and
on a page without JavaScript, the same text reads as a question and a closed answer.
"""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.locale import admonitionlabels
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx_design.dropdown import dropdown_main, dropdown_title

from bookbuild.lint import report

GROUPS = r"\d{1,3}(?:[,\u2009\u202f]\d{3})+"
NUMBER = rf"[-−+]?(?:{GROUPS}|\d+)(?:\.\d+)?(?:[eE][-−+]?\d+)?"
DECIMAL_COMMA = re.compile(r"\d,(?!\d{3}(?!\d))|(?<!\d)0,")
ANSWER = re.compile(rf"Answer:\s*({NUMBER})(?:\s*±\s*({NUMBER}))?(?:\s+(\S.*))?\Z")


class question(nodes.General, nodes.Element):
    """The form. Attributes: answer, tolerance, number (of the question on its page)."""


class question_prompt(nodes.General, nodes.Element):
    """What is asked, before the options or the field."""


class question_options(nodes.General, nodes.Element):
    """The radio buttons."""


class question_option(nodes.General, nodes.TextElement):
    """One radio button and its text."""


class question_field(nodes.General, nodes.Element):
    """The field for a number, with its unit, and nothing inside."""


class question_response(nodes.General, nodes.Element):
    """Where the page says whether the choice was right."""


class QuestionError(ValueError):
    """What is wrong with a question, for its author."""


def parse_number(text: str) -> float:
    return float(re.sub(r"[,\u2009\u202f]", "", text).replace("−", "-"))


def parse_answer(title: str) -> tuple[float, float, str]:
    """(value, tolerance, unit) of a title such as `Answer: 2981 ± 1 times`.

    A comma groups thousands; unlike a reader, an author may not use it for decimals.
    """
    if comma := DECIMAL_COMMA.search(title):
        raise QuestionError(
            f"a comma groups thousands, as in 2,981, and decimals follow a point: {title!r} has "
            f"{title[comma.start() : comma.end() + 1]!r}"
        )
    found = ANSWER.match(title.strip())
    if found is None:
        raise QuestionError(
            f"expected 'Answer: 2' or 'Answer: 2981 ± 1' as the answer's title, not {title!r}"
        )
    value, tolerance = parse_number(found[1]), parse_number(found[2] or "0")
    if found[2] and tolerance < 0.5 and re.fullmatch(rf"[-−+]?(?:{GROUPS}|\d+)", found[1]):
        raise QuestionError(
            f"a whole number is exact without a tolerance: 'Answer: {found[1]}', not {title!r}"
        )
    return value, tolerance, found[3] or ""


def build(admonition: nodes.admonition, number: int) -> question:
    """The form for one admonition of class `question`; raises QuestionError."""
    title, *content = admonition.children
    answers = [node for node in content if is_answer(node)]
    if len(answers) != 1:
        raise QuestionError(
            "a question needs one nested admonition titled 'Answer: …', this one has "
            f"{len(answers)}"
        )
    content.remove(answers[0])
    value, tolerance, unit = parse_answer(answers[0].children[0].astext())
    lists = [node for node in content if isinstance(node, nodes.enumerated_list)]
    if lists:
        content.remove(lists[-1])
        inputs = _radio_buttons(lists[-1], value)
        answer_text = _right_option(inputs[int(value) - 1])
    else:
        inputs = question_field("", unit=unit)
        answer_text = [nodes.strong("", answers[0].children[0].astext() + ".")]
    form = question("", answer=value, tolerance=tolerance, number=number)
    form += [
        title,
        question_prompt("", *content),
        inputs,
        question_response(),
        _explanation(answers[0], answer_text),
    ]
    return form


def is_answer(node: nodes.Node) -> bool:
    return isinstance(node, nodes.admonition) and node.children[0].astext().startswith("Answer:")


def _radio_buttons(choices: nodes.enumerated_list, value: float) -> question_options:
    if len(choices) < 2:
        raise QuestionError("a question needs two options or more")
    if value not in range(1, len(choices) + 1):
        raise QuestionError(f"Answer: {value:g} is not one of the options 1 to {len(choices)}")
    box = question_options()
    for item in choices.children:
        if len(item) != 1 or not isinstance(item[0], nodes.paragraph):
            raise QuestionError("an option must be a single paragraph")
        box += question_option("", "", *item[0].children)
    return box


def _right_option(option: question_option) -> list[nodes.Node]:
    """The right option in its own words: on the page, options carry no numbers."""
    words = [child.deepcopy() for child in option.children]
    for node in (node for word in words for node in word.findall(nodes.Element)):
        node["ids"] = []  # they name the option
    end = "" if option.astext().rstrip().endswith((".", "?", "!")) else "."
    return [nodes.strong("", "Answer:"), nodes.Text(" "), *words, nodes.Text(end)]


def _explanation(answer: nodes.admonition, text: list[nodes.Node]) -> dropdown_main:
    head = nodes.title("", "Answer and explanation")
    content = [nodes.paragraph("", "", *text), *answer.children[1:]]
    return dropdown(head, content, ["question-answer"])


def dropdown(title: nodes.Node, content: list[nodes.Node], classes: list[str]) -> dropdown_main:
    """A closed box headed by the text of `title`. Its links become plain text: one cannot both
    follow a link and open the box with the same click."""
    head = dropdown_title("", "", *(child.deepcopy() for child in title.children))
    head["classes"] = ["admonition-title"]
    for link in list(head.findall(nodes.reference)):
        link.replace_self(link.children)
    return dropdown_main("", head, *content, classes=classes)


class MakeDropdowns(SphinxPostTransform):
    # After sphinx-exercise has written its titles (22) and myst-nb folded its cells (199).
    default_priority = 420
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        for node in list(self.document.findall(nodes.Admonition)):
            if "dropdown" not in node["classes"]:
                continue
            title, content, classes = node[0], node.children[1:], node["classes"]
            if not isinstance(title, nodes.title):  # a note, a warning: named by its kind
                title = nodes.title("", admonitionlabels[node.tagname])
                content, classes = node.children, [node.tagname, *classes]
            box = dropdown(title, content, ["admonition", *classes])
            box["ids"] = node["ids"]
            node.replace_self(box)


class AskQuestions(SphinxPostTransform):
    default_priority = MakeDropdowns.default_priority - 1  # before their answers become dropdowns
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        asked = [
            node
            for node in self.document.findall(nodes.admonition)
            if "question" in node["classes"]
        ]
        for number, node in enumerate(asked, start=1):
            try:
                node.replace_self(build(node, number))
            except QuestionError as error:
                report(self.app, f"question: {error}", self.env.docname, node)
        for node in self.document.findall(nodes.admonition):
            if is_answer(node) and "question" not in node.parent["classes"]:
                message = "question: this answer belongs to no {admonition} of class question"
                report(self.app, message, self.env.docname, node)


def visit_question(self, node: question) -> None:
    name = f"question-{node['number']}"
    self.context.append(name)
    title = node.children.pop(0)
    # The author's own names for the question, which links refer to.
    self.body.extend(f'<span id="{own}"></span>' for own in node["ids"])
    self.body.append(
        f'<form class="question-form admonition question" id="{name}" novalidate'
        f' data-answer="{node["answer"]:.17g}" data-tolerance="{node["tolerance"]:.17g}">\n'
        f'<p class="admonition-title" id="{name}-title">{self.encode(title.astext())}</p>\n'
    )


def depart_question(self, node: question) -> None:
    self.context.pop()
    self.body.append("</form>\n")


def visit_prompt(self, node: question_prompt) -> None:
    self.body.append(f'<div class="question-prompt" id="{self.context[-1]}-prompt">')


def depart_prompt(self, node: question_prompt) -> None:
    self.body.append("</div>\n")


def visit_options(self, node: question_options) -> None:
    name = self.context[-1]
    self.body.append(
        # Not to be chosen before the script that answers is there (it enables them).
        f'<fieldset class="question-options" disabled'
        f' aria-labelledby="{name}-title {name}-prompt">\n'
    )


def depart_options(self, node: question_options) -> None:
    self.body.append("</fieldset>\n")


def visit_option(self, node: question_option) -> None:
    value = node.parent.index(node) + 1
    name = self.context[-1]
    self.body.append(
        f'<label class="question-option"><input type="radio" name="{name}" value="{value}"> <span>'
    )


def depart_option(self, node: question_option) -> None:
    self.body.append("</span></label>\n")


def visit_field(self, node: question_field) -> None:
    name = self.context[-1]
    unit = f" <span>{self.encode(node['unit'])}</span>" if node["unit"] else ""
    self.body.append(
        f'<fieldset class="question-number" disabled><label for="{name}-field">Your answer</label>'
        f' <input id="{name}-field" name="{name}" type="text" inputmode="decimal" size="10"'
        f' autocomplete="off" aria-describedby="{name}-prompt">{unit}</fieldset>\n'
    )
    raise nodes.SkipNode


def visit_response(self, node: question_response) -> None:
    self.body.append(
        '<div class="question-response pst-js-only"><button type="submit">Check</button>'
        ' <span role="status" aria-live="polite"></span></div>\n'
    )
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    app.add_node(question, html=(visit_question, depart_question))
    app.add_node(question_prompt, html=(visit_prompt, depart_prompt))
    app.add_node(question_options, html=(visit_options, depart_options))
    app.add_node(question_option, html=(visit_option, depart_option))
    app.add_node(question_field, html=(visit_field, None))
    app.add_node(question_response, html=(visit_response, None))
    app.setup_extension("sphinx_design")
    app.add_post_transform(MakeDropdowns)
    app.add_post_transform(AskQuestions)
