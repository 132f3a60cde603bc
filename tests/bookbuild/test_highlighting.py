"""Code in two themes, without elements that change nothing."""

CODE = "for x in values:  # each\n    print(f'{x:.2f}', not x, 1.5)\n"


def spans(build, **overrides):
    page = build(f"# Page\n\n```python\n{CODE}```\n", **overrides).page()
    (block,) = page.select(".highlight pre")
    return block.text, {(span.text, *span.get("class", ())) for span in block.select("span")}


def test_code_keeps_its_text_and_its_colours(build):
    text, found = spans(build)
    assert text == CODE
    assert {("for", "k"), ("1.5", "mf"), ("print", "nb"), ("# each", "c1")} <= found


def test_text_of_the_colour_of_its_block_has_no_element(build):
    _, found = spans(build)
    assert {"x", "values", "(", " "}.isdisjoint(text for text, *_ in found)


def test_the_styles_are_those_of_the_configuration(build):
    """In this one names have a colour of their own."""
    _, found = spans(build, html_theme_options={"pygments_dark_style": "one-dark"})
    assert ("values", "n") in found
