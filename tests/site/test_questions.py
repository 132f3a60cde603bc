"""The questions on the pages: they answer at once, by mouse and by keyboard, and explain."""

import pytest

from tests.support import book
from tests.support.questions import Asked, explained

FROM_A_FOLDER = "chapters/cost-functions.html"
"""Whose questions are asked from a folder in every run."""
OTHERS = pytest.mark.thorough
"""The other pages from a folder."""


def test_chapter_one_asks(site):
    asked = book.html("chapters/cost-functions.html").select("form.question-form")
    assert len([form for form in asked if form.select("[type=radio]")]) >= 2
    for form in asked:
        for name in form.select_one("fieldset").get("aria-labelledby", "").split():
            assert form.find(id=name).get_text(strip=True)


@pytest.fixture
def choices(visit) -> list[Asked]:
    return [asked for asked in visit.questions() if asked.verdicts]


@pytest.fixture
def numbers(visit) -> list[Asked]:
    return [asked for asked in visit.questions() if not asked.verdicts]


def test_every_question_of_a_page_is_asked(visit, choices, numbers, page_name):
    forms = book.html(page_name).select("form.question-form")
    assert len(choices) == len([form for form in forms if form.select("[type=radio]")])
    assert len(numbers) == len([form for form in forms if form.select("input[type=text]")])
    for asked in choices + numbers:
        assert asked.untouched == ("", "", False), asked.name


def test_a_choice_by_keyboard_is_answered_and_explained(choices):
    """Arrows move without spending the guess; Enter checks."""
    for asked in choices:
        assert asked.chosen_by_keys, asked.name
        arrows, enter = asked.replies["arrows"], asked.replies["Enter"]
        assert arrows.verdict == "" and not arrows.explained, asked.name
        assert enter.verdict == "right" and enter.said and enter.explained, asked.name


def test_a_choice_by_mouse_is_answered_and_explained(choices):
    for asked in choices:
        wrong, right = asked.replies["a wrong click"], asked.replies["the right click"]
        assert wrong.verdict == "wrong" and wrong.said and wrong.explained, asked.name
        assert asked.verdicts == {"wrong": "wrong", "right": "right"}, asked.name
        assert asked.right in asked.explanation, asked.name
        assert right.verdict == "right" and right.explained, asked.name
        assert right.said not in ("", wrong.said), asked.name


def test_a_typed_number_is_judged_within_its_tolerance(numbers):
    for asked in numbers:
        judged = {what: reply.verdict for what, reply in asked.replies.items()}
        assert judged == {
            "too large": "wrong", "too small": "wrong", "the answer": "right", "no number": ""
        }, asked.name  # fmt: skip
        said = {asked.replies[what].said for what in ("too large", "too small", "the answer")}
        assert len(said) == 3, asked.name


def test_without_javascript_the_answer_can_still_be_read(served_visit, page_name):
    if not book.html(page_name).select("form.question-form"):
        return
    for form in served_visit(java_script_enabled=False).page.locator("form.question-form").all():
        assert not explained(form)
        form.locator(".question-answer summary").click()
        assert explained(form)
