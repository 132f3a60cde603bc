"""The icons that pages use, drawn from the theme's own definitions."""

import pytest

from bookbuild import icons
from bookbuild.defects import BookError

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
    assert icons.shape(SCRIPT, name) == expected


def test_an_icon_is_a_mask_in_the_colour_of_the_text():
    css = icons.stylesheet(["house"], SCRIPT)
    assert "background-color:currentColor" in css
    assert (
        ".fa-house{--icon:url(\"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' "
        "viewBox='0 0 576 512'%3E%3Cpath d='M575 255'/%3E%3C/svg%3E\")}" in css
    )


def test_an_unknown_icon_is_named():
    with pytest.raises(BookError, match="fa-nosuch"):
        icons.stylesheet(["nosuch"], SCRIPT)


def test_the_themes_own_icons_are_in_the_installed_theme():
    script = icons.theme_script().read_text("utf-8")
    for name in ("bars", "list", "sun", "moon", "circle-half-stroke", "magnifying-glass", "rocket"):
        width, height, path = icons.shape(script, name)
        assert 0 < width <= 640 and height == 512 and path.startswith("M"), name


def test_style_classes_are_not_icons():
    assert icons.used_icons('<i class="fa-solid fa-sun fa-lg"></i><p id="moon">') == {"sun"}
    assert icons.used_icons('<i class="fas fa-fw"></i>') == set()


def test_a_built_page_has_every_icon_it_names_and_no_icon_font(build):
    book = build("# Page\n\ntext\n")
    css = (book.output / "_static" / "icons.css").read_text("utf-8")
    used = icons.used_icons((book.output / "index.html").read_text("utf-8"))
    assert "magnifying-glass" in used
    assert all(f".fa-{name}{{" in css for name in used)
    assert list((book.output / "_static").rglob("fontawesome*")) == []
    assert list((book.output / "_static").rglob("fa-*")) == []
