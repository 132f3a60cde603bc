"""The finished site: pages are parsed, changed at the places of their tags, and written once."""

import pytest

from bookbuild.site import Page

HTML = """<head>
  <link rel="stylesheet" href="../_static/a.css?v=1" />
  <link rel="stylesheet" href="../_static/b/c.css">
  <script src="../_static/d.js"></script>
  <style>i { background: url(../_static/e.png) }</style>
</head>
<p id="one two" class='three'>Text &#64; “that” stays<br/> as   it is. <img src="f.png"></p>
"""


@pytest.fixture
def page(tmp_path):
    (tmp_path / "chapters").mkdir()
    path = tmp_path / "chapters" / "depth.html"
    path.write_text(HTML, "utf-8")
    return Page(path, "chapters/depth.html")


def test_a_page_without_changes_is_its_text(page):
    assert page.text() == HTML


def test_tags_are_replaced_removed_and_get_a_checksum_in_their_places(page):
    first, second = page.soup.find_all("link")
    page.remove(page.soup.script)
    page.replace([first], "<style>p{}</style>")
    page.add_checksum(second, "9f")
    changed = HTML.replace(
        '<link rel="stylesheet" href="../_static/a.css?v=1" />', "<style>p{}</style>"
    )
    changed = changed.replace("c.css", "c.css?v=9f")
    changed = changed.replace('\n  <script src="../_static/d.js"></script>', "")
    assert page.text() == changed
    page.write()
    assert page.path.read_text("utf-8") == changed


def test_one_tag_takes_the_place_of_several(page):
    page.replace(page.soup.find_all("link"), "<style></style>")
    before, _, rest = HTML.partition("<link")
    assert page.text() == before + "<style></style>" + rest.partition('c.css">')[2]
    assert len(page.soup.find_all("style")) == 2 and not page.soup.find("link")


def test_a_page_tells_its_classes_and_ids(page):
    assert page.names == {"one", "two", "three"}


def test_a_page_tells_which_static_files_it_names(page):
    assert page.static_files() == {"a.css", "b/c.css", "d.js", "e.png"}
    assert page.to_static == "../_static"
    assert page.address(page.soup.img) == "chapters/f.png"
