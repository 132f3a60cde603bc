"""Figures find their frames on the site, or the build says which figure does not."""

import os
from pathlib import Path

from bookbuild import explorables

FIGURE = """# Page

```{raw} html
<figure class="explorable" id="explore-line" data-frames="0123.js"><svg role="img"></svg></figure>
```
"""


def frames(tmp_path: Path, name: str) -> Path:
    path = tmp_path / ".explorable" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("frames()")
    return path


def test_kernels_are_told_where_to_put_frames(build, tmp_path):
    build("# Page\n")
    assert Path(os.environ["EXPLORABLE_STATIC"]) == (tmp_path / ".explorable").resolve()


def test_the_frames_and_the_program_of_a_figure_are_on_the_site(build, tmp_path):
    frames(tmp_path, "0123.js")
    frames(tmp_path, "unused.js")
    book = build(FIGURE)
    assert book.error is None
    shipped = {path.name for path in (book.output / "_static" / "explorable").iterdir()}
    assert shipped == {"0123.js", "explorable.js", "explorable.css"}
    script = book.page().select_one("script[src*='explorable.js']")
    assert "?v=" in script["src"]


def test_a_page_without_figures_does_not_load_their_program(build):
    page = build("# Page\n").page()
    assert page.select("[src*=explorable], [href*=explorable]") == []


def test_missing_frames_name_page_and_figure(build):
    book = build(FIGURE)
    assert book.error
    missing = "index.md: ERROR: figure explore-line has no frames file 0123.js (looked in "
    assert missing in book.warnings


def test_the_frames_that_a_cells_output_refers_to_are_found():
    html = '<figure data-frames="a.js" id="x"></figure><figure class="explorable-still"></figure>'
    assert explorables.frames(html) == ["a.js"]
