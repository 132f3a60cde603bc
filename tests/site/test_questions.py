"""The questions on the pages: they answer at once, by mouse and by keyboard, and explain."""

from playwright.sync_api import Locator, Page

from tests.support import book


def questions(page: Page) -> list[Locator]:
    return page.locator("form.question-form").all()


def said(form: Locator) -> str:
    return form.locator("[role=status]").inner_text().strip()


def explained(form: Locator) -> bool:
    text = form.locator(".question-answer p").last
    return text.is_visible() and len(text.inner_text()) > 20


def wrong_and_right(form: Locator) -> tuple[int, int]:
    """Indices of a wrong and of the right option."""
    right = int(float(form.get_attribute("data-answer"))) - 1
    return (1 if right == 0 else 0), right


def test_chapter_one_asks(site):
    asked = book.html("chapters/cost-functions.html").select("form.question-form")
    assert len([form for form in asked if form.select("[type=radio]")]) >= 2
    for form in asked:
        for name in form.select_one("fieldset").get("aria-labelledby", "").split():
            assert form.find(id=name).get_text(strip=True)


def test_a_choice_by_mouse_is_answered_and_explained(visits, page_name):
    page = visits.open(page_name)
    for form in questions(page):
        options = form.locator("label.question-option")
        if options.count() == 0:
            continue
        assert said(form) == "" and not explained(form)
        wrong, right = wrong_and_right(form)
        options.nth(wrong).click()
        told_wrong = said(form)
        assert form.get_attribute("data-verdict") == "wrong"
        assert told_wrong and explained(form)
        assert options.nth(wrong).get_attribute("data-verdict") == "wrong"
        assert options.nth(right).get_attribute("data-verdict") == "right"
        first = form.locator(".question-answer p").first.inner_text()
        assert options.nth(right).inner_text().strip() in first
        options.nth(right).click()
        assert form.get_attribute("data-verdict") == "right"
        assert said(form) not in ("", told_wrong) and explained(form)
    assert visits.errors == []


def test_a_choice_by_keyboard_is_answered_and_explained(served_visits, page_name):
    """Arrows move without spending the guess; Enter checks."""
    page = served_visits.open(page_name)
    for form in questions(page):
        radios = form.locator("[type=radio]")
        if radios.count() == 0:
            continue
        _, right = wrong_and_right(form)
        radios.nth(0).focus()
        radios.nth(0).press("Space")
        for index in range(right):
            radios.nth(index).press("ArrowDown")
        assert radios.nth(right).is_checked()
        assert form.get_attribute("data-verdict") in (None, "")
        assert not explained(form)
        radios.nth(right).press("Enter")
        assert form.get_attribute("data-verdict") == "right"
        assert said(form) and explained(form)
    assert served_visits.errors == []


def test_a_typed_number_is_judged_within_its_tolerance(served_visits, page_name):
    page = served_visits.open(page_name)
    for form in questions(page):
        field = form.locator("input[type=text]")
        if field.count() == 0:
            continue
        answer = float(form.get_attribute("data-answer"))
        tolerance = float(form.get_attribute("data-tolerance"))
        replies = []
        for number, verdict in (
            (answer + 2 * tolerance + 1, "wrong"),
            (answer - 2 * tolerance - 1, "wrong"),
            (answer, "right"),
        ):
            field.fill(repr(number))
            field.press("Enter")
            assert form.get_attribute("data-verdict") == verdict, number
            replies.append(said(form))
        assert len(set(replies)) == 3  # too large, too small, right
        field.fill("a few")
        field.press("Enter")
        assert form.get_attribute("data-verdict") == ""
    assert served_visits.errors == []


def test_without_javascript_the_answer_can_still_be_read(served_visits, page_name):
    page = served_visits.open(page_name, java_script_enabled=False)
    for form in questions(page):
        assert not explained(form)
        form.locator(".question-answer summary").click()
        assert explained(form)
