"""A page that is too heavy fails the build, by name, with what makes it heavy."""

import random

import pytest

from bookbuild import budget

CSS = (
    '@font-face{font-family:KaTeX_Main;src:url(fonts/main.woff2) format("woff2");font-weight:400}'
    '@font-face{font-family:KaTeX_Main;src:url(fonts/bold.woff2) format("woff2");font-weight:700}'
    "@font-face{font-family:KaTeX_Math;src:url(fonts/math.woff2);font-style:italic;font-weight:400}"
    ".katex{font:normal 1.21em KaTeX_Main,serif}"
    ".katex .mathbf{font-weight:700}"
    ".katex .mathnormal{font-family:KaTeX_Math;font-style:italic}"
)


def noise(size: int) -> bytes:
    """Bytes that gzip cannot shrink."""
    return random.Random(0).randbytes(size)


@pytest.fixture
def site(tmp_path):
    (tmp_path / "fonts").mkdir()
    for name, size in (("main", 3000), ("bold", 5000), ("math", 7000)):
        (tmp_path / "fonts" / f"{name}.woff2").write_bytes(noise(size))
    (tmp_path / "katex.css").write_text(CSS)
    (tmp_path / "big.js").write_bytes(noise(20_000))
    (tmp_path / "picture.png").write_bytes(noise(1000))

    def page(body: str):
        path = tmp_path / "page.html"
        path.write_text(f'<link href="katex.css?v=1" rel="stylesheet" />{body}')
        return path

    return page


def test_a_page_pays_for_the_fonts_that_its_formulas_use(site):
    plain = budget.first_load(site("<p>no formula</p>"))
    assert not any(name.endswith("woff2") for name in plain)
    set_in_two = budget.first_load(site('<b class="katex"><i class="mathnormal">x</i></b>'))
    assert {name: size for name, size in set_in_two.items() if name.endswith("woff2")} == {
        "main.woff2": 3000,
        "math.woff2": 7000,
    }
    assert "bold.woff2" in budget.first_load(site('<b class="katex"><i class="mathbf">x</i></b>'))


def test_scripts_and_images_count_and_links_to_pages_do_not(site):
    body = (
        '<script defer src="big.js"></script><img alt="" src="picture.png">'
        '<link rel="next" href="page.html"><a href="big.js">x</a>'
    )
    weights = budget.first_load(site(body))
    assert weights["big.js"] == 20_000 and weights["picture.png"] == 1000
    assert set(weights) == {"big.js", "picture.png", "katex.css", "the page itself"}


def test_text_counts_as_it_travels(site):
    page = site("word " * 10_000)
    assert budget.first_load(page)["the page itself"] < 1000 < page.stat().st_size


def test_the_complaint_names_the_page_its_weight_and_the_heaviest_first():
    weights = {"big.js": 20_000, "the page itself": 5_500}
    assert budget.complaint("a.html", weights, 25.5) is None
    assert budget.complaint("a.html", weights, 25) == (
        "a.html: first load is 25.5 kB gzipped, over the 25 kB of book_page_kilobytes; "
        "heaviest: big.js 20.0 kB, the page itself 5.5 kB"
    )


def test_a_build_over_its_budget_fails(build):
    book = build("# Page\n\n$x$\n", book_page_kilobytes=20)
    assert book.error.startswith("BookError: index.html: first load is ")
    assert "KaTeX_Math-Italic.woff2 16.4 kB" in book.error


def test_a_small_page_stays_under_a_hundred_kilobytes(build):
    assert build("# Page\n\n$x$\n", book_page_kilobytes=100).error is None
