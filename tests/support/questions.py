"""The questions of a page, asked once: what each says to a key, to the mouse, to a number."""

from dataclasses import dataclass, field
from typing import NamedTuple

from playwright.sync_api import Locator, Page


class Reply(NamedTuple):
    """What a question shows after something was done to it."""

    verdict: str
    said: str
    explained: bool


@dataclass
class Asked:
    """One question: its reply before anything was done, and to each thing that was."""

    name: str
    untouched: Reply
    replies: dict[str, Reply] = field(default_factory=dict)
    verdicts: dict[str, str | None] = field(default_factory=dict)
    right: str = ""
    explanation: str = ""
    chosen_by_keys: bool = False


def explained(form: Locator) -> bool:
    text = form.locator(".question-answer p").last
    return text.is_visible() and len(text.inner_text()) > 20


def reply(form: Locator) -> Reply:
    said = form.locator("[role=status]").inner_text().strip()
    return Reply(form.get_attribute("data-verdict") or "", said, explained(form))


def choose(form: Locator, asked: Asked) -> None:
    """First by keyboard: arrows move without spending the guess, Enter checks. Then by mouse."""
    options, radios = form.locator("label.question-option"), form.locator("[type=radio]")
    right = int(float(form.get_attribute("data-answer"))) - 1
    wrong = 1 if right == 0 else 0
    radios.nth(0).focus()
    radios.nth(0).press("Space")
    for index in range(right):
        radios.nth(index).press("ArrowDown")
    asked.chosen_by_keys = radios.nth(right).is_checked()
    asked.replies["arrows"] = reply(form)
    radios.nth(right).press("Enter")
    asked.replies["Enter"] = reply(form)
    options.nth(wrong).click()
    asked.replies["a wrong click"] = reply(form)
    asked.verdicts = {
        "wrong": options.nth(wrong).get_attribute("data-verdict"),
        "right": options.nth(right).get_attribute("data-verdict"),
    }
    asked.right = options.nth(right).inner_text().strip()
    asked.explanation = form.locator(".question-answer p").first.inner_text()
    options.nth(right).click()
    asked.replies["the right click"] = reply(form)


def type_numbers(form: Locator, asked: Asked) -> None:
    field = form.locator("input[type=text]")
    answer = float(form.get_attribute("data-answer"))
    away = 2 * float(form.get_attribute("data-tolerance")) + 1
    numbers = {
        "too large": repr(answer + away),
        "too small": repr(answer - away),
        "the answer": repr(answer),
        "no number": "a few",
    }
    for what, text in numbers.items():
        field.fill(text)
        field.press("Enter")
        asked.replies[what] = reply(form)


def ask(page: Page) -> list[Asked]:
    """Every question of the page, in order."""
    found = []
    for number, form in enumerate(page.locator("form.question-form").all()):
        asked = Asked(f"question {number + 1}", reply(form))
        (choose if form.locator("[type=radio]").count() else type_numbers)(form, asked)
        found.append(asked)
    return found
