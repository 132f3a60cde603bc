"""Two builds are compared byte for byte, but for what was measured."""

import pytest

from benchmarks.twice import compare, without_measured, without_numbers

CELL = (
    '<div class="cell tag_hide-input tag_measurement docutils container"><div class="cell_output">'
    '<figure class="explorable" id="explore-price" data-frames="{frames}"><svg/></figure></div>'
    "<p>A pass takes {time} ms.</div>"
)
PAGE = (
    "<p>A pass takes <span class='measured'>about <span>{time}</span> ms</span>, and no more.</p>\n"
    + CELL
    + '<figure class="explorable" id="explore-count" data-frames="{other}"><svg/></figure>'
    '<div class="cell">{count} multiply-adds</div>'
)
SAME = {"time": "3.1", "frames": "a.js", "other": "c.js", "count": "12"}
LATER = {**SAME, "time": "2.9", "frames": "b.js"}
INDEX = 'Search.setIndex({{"docnames": ["index"], "terms": {{"{number}": 0, "cost": {where}}}}})'


@pytest.fixture
def sites(tmp_path):
    """Two sites that differ in what was measured only; the second is there to be changed."""
    for name, said, number in (("first", SAME, "31"), ("second", LATER, "2e")):
        frames = tmp_path / name / "_static" / "explorable"
        frames.mkdir(parents=True)
        (tmp_path / name / "index.html").write_text(PAGE.format(**said))
        (tmp_path / name / "searchindex.js").write_text(INDEX.format(number=number, where=0))
        (frames / said["frames"]).write_text(f"frames of {said['time']} ms")
        (frames / said["other"]).write_text("frames")
        (tmp_path / name / "book.css").write_text("p { color: red }")
    return tmp_path / "first", tmp_path / "second"


def test_a_page_that_differs_in_measured_words_and_cells_only_is_the_same(sites):
    found = compare(*sites)
    assert found.differences == []
    # the page, the index, and the frames of the tagged figure, whose name is their content's
    assert (found.files, found.identical) == (6, 2)
    assert str(found) == "6 files: 2 identical, 4 but for measurements, 0 different"


def test_a_page_that_differs_elsewhere_is_found(sites):
    (sites[1] / "index.html").write_text(PAGE.format(**{**LATER, "count": "13"}))
    (line,) = compare(*sites).differences
    assert line.startswith("index.html: byte ")
    assert "12 multiply-adds" in line and "13 multiply-adds" in line


def test_a_page_that_is_longer_is_found(sites):
    (sites[1] / "index.html").write_text(PAGE.format(**LATER) + "\n")
    assert len(compare(*sites).differences) == 1


def test_an_asset_that_differs_is_found(sites):
    (sites[1] / "book.css").write_text("p { color: blue }")
    assert compare(*sites).differences == [
        "book.css: byte 11: 'p { color: red }' and 'p { color: blue }'"
    ]


@pytest.mark.parametrize("which", [0, 1])
def test_a_file_of_one_side_is_found(sites, which):
    (sites[which] / "more.txt").write_text("")
    name = ("first", "second")[which]
    assert compare(*sites).differences == [f"more.txt: only in the {name} build"]


def test_frames_of_a_figure_that_is_not_tagged_are_compared(sites):
    (sites[1] / "_static" / "explorable" / "c.js").write_text("other frames")
    (line,) = compare(*sites).differences
    assert line.startswith("_static/explorable/c.js: byte 0: ")


def test_frames_that_an_untagged_figure_shows_as_well_are_compared(sites):
    for site, said in zip(sites, (SAME, LATER), strict=True):
        page = PAGE.format(**{**said, "other": "a.js"})
        (site / "index.html").write_text(page)
    assert "_static/explorable/a.js: only in the first build" in compare(*sites).differences


def test_a_word_of_the_search_index_is_compared(sites):
    (sites[1] / "searchindex.js").write_text(INDEX.format(number="2e", where=1))
    (line,) = compare(*sites).differences
    assert line.startswith("searchindex.js: byte ")


def test_exactly_the_measured_elements_are_cut_out():
    html = "a <b class=measured>x<b>y</b></b>\n<br/>&amp; <i class='not-measured'>é</i  > z"
    assert without_measured(html) == "a \n<br/>&amp; <i class='not-measured'>é</i  > z"
    with pytest.raises(ValueError, match="a measured <div> has no end"):
        without_measured('<div class="measured"><div></div>')


def test_only_numbers_are_left_out_of_the_search_index():
    left = without_numbers(INDEX.format(number="12", where=0))
    assert left == 'Search.setIndex({"docnames": ["index"], "terms": {"cost": 0}})'
    assert '"1d"' in without_numbers(INDEX.format(number="1d", where=0))
