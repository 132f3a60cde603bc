"""What an author writes becomes a form that answers, or an error that says where and why."""

import pytest
from playwright.sync_api import Browser

from bookbuild.questions import QuestionError, parse_answer, parse_number

CHOICE = """# Page

:::::{admonition} Predict first
:class: question
How much is $1 + 1$?

1. one
2. **two**
3. three

::::{admonition} Answer: 2
:class: dropdown
Count your thumbs.
::::
:::::
"""

NUMBER = """# Page

:::::{admonition} Check yourself
:class: question
What is $e^8$?

::::{admonition} Answer: 2,981 ± 1 times
:class: dropdown
It is 2980.96.
::::
:::::
"""


def test_a_list_becomes_radio_buttons_of_one_group(build):
    form = build(CHOICE).page().select_one("form.question-form")
    radios = form.select("fieldset label input[type=radio]")
    assert [radio["value"] for radio in radios] == ["1", "2", "3"]
    assert len({radio["name"] for radio in radios}) == 1
    assert [label.text.strip() for label in form.select("label")] == ["one", "two", "three"]
    assert form["data-answer"] == "2"
    assert form.select_one("[role=status][aria-live=polite]") is not None
    assert form.select_one("ol") is None


def test_the_group_is_named_by_title_and_question(build):
    page = build(CHOICE).page()
    names = page.select_one("fieldset")["aria-labelledby"].split()
    assert "Predict first" in page.find(id=names[0]).text
    assert "How much is" in page.find(id=names[1]).text


def test_the_answer_waits_in_a_closed_native_box_and_reads_without_a_script(build):
    box = build(CHOICE).page().select_one("form details")
    assert not box.has_attr("open")
    assert "2" not in box.summary.text
    assert "Answer: two." in box.text and "Count your thumbs." in box.text


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("it is.", "Answer: it is."),
        ("$m$ of {eq}`eq-m`", "Answer: m of (1)."),
        ("{ref}`there <own>`", "Answer: there."),
    ],
)
def test_the_explanation_begins_with_the_right_option_in_its_own_words(build, option, told):
    formula = "(own)=\n## There\n\n```{math}\n:label: eq-m\nm\n```\n"
    book = build(CHOICE.replace("**two**", option) + formula)
    assert book.error is None
    (first, *_) = book.page().select("form details p")
    for hidden in first.select(".katex-mathml"):
        hidden.extract()
    assert first.get_text() == told
    assert first.strong.text == "Answer:"


def test_the_explanation_of_a_number_begins_with_it(build):
    assert build(NUMBER).page().select_one("form details p").text == "Answer: 2,981 ± 1 times."


def test_without_a_list_the_reader_types_a_number(build):
    form = build(NUMBER).page().select_one("form.question-form")
    assert (float(form["data-answer"]), float(form["data-tolerance"])) == (2981, 1)
    field = form.select_one("input[type=text]")
    assert form.find("label", attrs={"for": field["id"]}).text == "Your answer"
    assert "times" in form.select_one("fieldset").text
    assert form.select("input[type=radio]") == []


def test_two_questions_on_a_page_do_not_share_names(build):
    page = build(CHOICE + NUMBER.replace("# Page", "") + CHOICE.replace("# Page", "")).page()
    ids = [tag["id"] for tag in page.select("[id]")]
    assert len(page.select("form.question-form")) == 3
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (CHOICE.replace("Answer: 2", "Answer: 4"), "Answer: 4 is not one of the options 1 to 3"),
        (CHOICE.replace("Answer: 2", "Answer: 0"), "Answer: 0 is not one of the options 1 to 3"),
        (CHOICE.replace("Answer: 2", "Answer: 1.5"), "1.5 is not one of the options"),
        (CHOICE.replace("Answer: 2", "Answer: two"), "not 'Answer: two'"),
        (CHOICE.replace("Answer: 2", "Why"), "one nested admonition titled 'Answer: …'"),
        (CHOICE.replace("2. **two**\n3. three\n", ""), "two options or more"),
    ],
)
def test_a_malformed_question_fails_the_build_with_its_place(build, text, said):
    book = build(text)
    assert said in book.warnings
    assert "index.md:3: ERROR" in book.warnings
    assert book.error


def test_an_answer_that_would_stay_words_fails_the_build(build):
    text = "# A\n\n::::{exercise} Which?\n:class: question\n1. one\n2. two\n\n"
    text += ":::{admonition} Answer: 2\n:class: dropdown\nTwo.\n:::\n::::\n"
    book = build(text)
    assert "this answer belongs to no {admonition} of class question" in book.warnings
    assert book.error


def test_a_defect_is_met_again_by_the_next_build(build):
    bad = CHOICE.replace("Answer: 2", "Answer: 4")
    assert build(bad).error and build(bad).error
    assert build(CHOICE).error is None


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Answer: 2981 ± 1", (2981.0, 1.0, "")),
        ("Answer: −0.25", (-0.25, 0.0, "")),
        ("Answer: 1e-3 ± 1e-4 nats", (0.001, 0.0001, "nats")),
        ("Answer:  2\u202f981 steps", (2981.0, 0.0, "steps")),
    ],
)
def test_answers_are_read_as_people_write_them(title, expected):
    assert parse_answer(title) == expected


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Answer: 0,5", "decimals follow a point: 'Answer: 0,5' has '0,5'"),
        ("Answer: 4,61 ± 0,01", "has '4,6'"),
        ("Answer: 16 ± 0.01", "'Answer: 16', not 'Answer: 16 ± 0.01'"),
        ("Answer: 1,023 ± 0", "'Answer: 1,023', not 'Answer: 1,023 ± 0'"),
    ],
)
def test_an_answer_that_could_be_misread_is_refused(title, said):
    with pytest.raises(QuestionError) as error:
        parse_answer(title)
    assert said in str(error.value)


def test_a_rounded_whole_number_keeps_its_tolerance():
    assert parse_answer("Answer: 20.0 ± 0.3") == (20.0, 0.3, "")
    assert parse_answer("Answer: 2,981 ± 1") == (2981.0, 1.0, "")


@pytest.mark.parametrize("title", ["Answer", "Answer:", "Answer: ± 1", "Answer: about 3", "2"])
def test_a_title_without_a_number_is_refused(title):
    with pytest.raises(QuestionError, match="Answer: 2981 ± 1"):
        parse_answer(title)


def test_thousands_may_be_grouped():
    assert parse_number("1,234,567.5") == 1234567.5


@pytest.fixture
def open_page(build, browser: Browser):
    def opened(text: str):
        page = browser.new_page()
        page.goto((build(text).output / "index.html").as_uri())
        return page

    return opened


def test_a_click_answers_at_once_and_explains(open_page):
    page = open_page(CHOICE)
    page.get_by_label("three").click()
    assert page.get_by_role("status").inner_text() == (
        "Not this one: the right one has a ✓. Here is why."
    )
    marked = {label.inner_text(): label for label in page.locator("label[data-verdict]").all()}
    assert {text: label.get_attribute("data-verdict") for text, label in marked.items()} == {
        "two": "right",
        "three": "wrong",
    }
    marks = [
        label.evaluate("label => getComputedStyle(label, '::after').content")
        for label in marked.values()
    ]
    assert marks == ['"✓" / "(right)"', '"✗" / "(wrong)"']  # not by colour alone, and read out
    assert page.get_by_text("Count your thumbs.").is_visible()
    page.get_by_label("two").click()
    assert page.get_by_role("status").inner_text().startswith("Right")
    assert page.locator("label[data-verdict]").inner_text() == "two"


def test_arrow_keys_only_choose_and_enter_answers(open_page):
    page = open_page(CHOICE)
    page.get_by_label("one").focus()
    page.keyboard.press("ArrowDown")
    assert page.get_by_label("two").is_checked()
    assert page.get_by_role("status").inner_text() == ""
    page.keyboard.press("Enter")
    assert page.get_by_role("status").inner_text().startswith("Right")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("2981", "Right."),
        ("2,980.5", "Right."),
        ("2979", "Too small."),
        ("2983", "Too large."),
        ("2 981", "Right."),
        ("2980,5", "Right. (2980,5 is read as 2,980.5.)"),
        ("2,981", "Right. (2,981 is read as 2,981.)"),
        ("2.981", "Too small."),
        ("2,98", "Too small. Try again, or read the explanation. (2,98 is read as 2.98.)"),
        ("298,1", "Too small. Try again, or read the explanation. (298,1 is read as 298.1.)"),
        ("−0,5", "Too small. Try again, or read the explanation. (−0,5 is read as −0.5.)"),
        ("29,810", "Too large. Try again, or read the explanation. (29,810 is read as 29,810.)"),
        ("2,9,81", "Type a number"),
        ("1e999", "Type a number"),
        ("many", "Type a number"),
        ("", "Type a number"),
    ],
)
def test_a_typed_number_is_judged(open_page, typed, said):
    page = open_page(NUMBER)
    page.get_by_label("Your answer").fill(typed)
    page.get_by_role("button", name="Check").click()
    assert page.get_by_role("status").inner_text().startswith(said)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("4,605", "Right. (4,605 is read as 4.605.)"),
        ("4,61", "Right. (4,61 is read as 4.61.)"),
        ("0,461e1", "Right. (0,461e1 is read as 4.61.)"),
        ("4,705", "Too large. Try again, or read the explanation. (4,705 is read as 4,705.)"),
    ],
)
def test_a_comma_before_three_digits_may_be_a_decimal_one_if_that_is_right(open_page, typed, said):
    page = open_page(NUMBER.replace("2,981 ± 1", "4.605 ± 0.01"))
    page.get_by_label("Your answer").fill(typed)
    page.get_by_role("button", name="Check").click()
    assert page.get_by_role("status").inner_text() == said


def test_a_question_keeps_the_name_that_links_refer_to(build):
    text = (
        "# A\n\n[It](#own-name).\n\n::::{admonition} Which?\n:class: question\n:name: own-name\n"
        "1. one\n2. two\n\n:::{admonition} Answer: 2\n:class: dropdown\nTwo.\n:::\n::::\n"
    )
    assert build(text).page().select_one("#own-name + form.question-form")
