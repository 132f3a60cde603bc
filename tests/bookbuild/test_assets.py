"""What a page loads, the icons that it shows, and what makes it too heavy."""

import random

import pytest

from bookbuild import assets
from bookbuild.lint import BookError
from bookbuild.site import Page

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
        return Page(path, path.name)

    return page


def test_a_page_pays_for_the_fonts_that_its_formulas_use(site):
    plain = assets.first_load(site("<p>no formula</p>"))
    assert not any(name.endswith("woff2") for name in plain)
    set_in_two = assets.first_load(site('<b class="katex"><i class="mathnormal">x</i></b>'))
    assert {name: size for name, size in set_in_two.items() if name.endswith("woff2")} == {
        "main.woff2": 3000,
        "math.woff2": 7000,
    }
    assert "bold.woff2" in assets.first_load(site('<b class="katex"><i class="mathbf">x</i></b>'))


def test_scripts_and_images_count_and_links_to_pages_do_not(site):
    body = (
        '<script defer src="big.js"></script><img alt="" src="picture.png">'
        '<link rel="next" href="page.html"><a href="big.js">x</a>'
    )
    weights = assets.first_load(site(body))
    assert weights["big.js"] == 20_000 and weights["picture.png"] == 1000
    assert set(weights) == {"big.js", "picture.png", "katex.css", "the page itself"}


def test_text_counts_as_it_travels(site):
    page = site("word " * 10_000)
    assert assets.first_load(page)["the page itself"] < 1000 < page.path.stat().st_size


def test_the_complaint_names_a_pages_weight_and_the_heaviest_files_first():
    weights = {"big.js": 20_000, "the page itself": 5_500}
    assert assets.over_budget(weights, 25.5) is None
    assert assets.over_budget(weights, 25) == (
        "first load is 25.5 kB gzipped, over the 25 kB of book_page_kilobytes; "
        "heaviest: big.js 20.0 kB, the page itself 5.5 kB"
    )


def test_a_build_over_its_budget_fails(build):
    book = build("# Page\n\n$x$\n", book_page_kilobytes=20)
    assert book.error
    assert "index.md: ERROR: first load is " in book.warnings
    assert "KaTeX_Math-Italic.woff2 16.4 kB" in book.warnings


def test_a_small_page_stays_under_a_hundred_kilobytes(build):
    assert build("# Page\n\n$x$\n", book_page_kilobytes=100).error is None


def test_a_page_asks_nobody_and_loads_nothing_needless(build):
    book = build("# Page\n")
    page = book.page()
    loaded = [tag.get("src") or tag.get("href") for tag in page.select("script[src], link[href]")]
    assert loaded and not any("//" in link for link in loaded)
    for needless in ("fontawesome", "bootstrap", "require", "thebe", "togglebutton", "searchindex"):
        assert not any(needless in link for link in loaded), needless
    files = {path.name for path in (book.output / "_static").rglob("*") if path.is_file()}
    named = {link.rpartition("/")[2].partition("?")[0] for link in loaded}
    assert {name for name in named if name.endswith((".js", ".css"))} <= files | {"search.html"}


def test_the_theme_stands_in_a_page_once_after_every_build(build):
    for _ in range(2):
        book = build("# Page\n")
        (style,) = book.page().select("style#book-theme")
        assert "--pst-color-text-base" in style.string
        assert not book.page().select('link[href*="theme.css"]')
        assert not (book.output / "_static" / "theme.css").exists()


SCRIPT = (
    'x={house:[576,512,[127968,63498],"f015","M575 255"],'
    '"magnifying-glass":[512,512,[128269,"search"],"f002","M416 208"],'
    'duo:[640,512,[],"f0aa",["M1 2","M3 4"]]}'
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("house", (576, 512, "M575 255")),
        ("magnifying-glass", (512, 512, "M416 208")),
        ("search", (512, 512, "M416 208")),
        ("duo", (640, 512, "M1 2")),
        ("ouse", None),
        ("glass", None),
    ],
)
def test_a_shape_is_found_by_its_name_or_alias_only(name, expected):
    assert assets.shape(SCRIPT, name) == expected


def test_an_icon_is_a_mask_in_the_colour_of_the_text():
    css = assets.icon_stylesheet(["house"], SCRIPT)
    assert "background-color:currentColor" in css
    assert (
        ".fa-house{--icon:url(\"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' "
        "viewBox='0 0 576 512'%3E%3Cpath d='M575 255'/%3E%3C/svg%3E\")}" in css
    )


def test_an_unknown_icon_is_named():
    with pytest.raises(BookError, match="fa-nosuch"):
        assets.icon_stylesheet(["nosuch"], SCRIPT)


def test_the_themes_own_icons_are_in_the_installed_theme():
    script = assets.theme_script().read_text("utf-8")
    for name in ("bars", "list", "sun", "moon", "circle-half-stroke", "magnifying-glass", "rocket"):
        width, height, path = assets.shape(script, name)
        assert 0 < width <= 640 and height == 512 and path.startswith("M"), name


def test_style_classes_are_not_icons():
    assert assets.icons({"fa-solid", "fa-sun", "fa-lg", "moon"}) == {"sun"}
    assert assets.icons({"fas", "fa-fw"}) == set()


def test_a_built_page_has_every_icon_it_names_and_no_icon_font(build):
    book = build("# Page\n\ntext\n")
    css = (book.output / "_static" / "icons.css").read_text("utf-8")
    used = assets.icons(Page(book.output / "index.html", "index.html").names)
    assert "magnifying-glass" in used
    assert all(f".fa-{name}{{" in css for name in used)
    assert list((book.output / "_static").rglob("fontawesome*")) == []
    assert list((book.output / "_static").rglob("fa-*")) == []
