"""Is the same book built twice? Two builds from nothing, compared byte for byte.

`python -m benchmarks.twice` copies the tracked sources and builds them, both times in the same
folder and with nothing left there, and leaves the two sites in `_build/twice`. Times and memory
differ from run to run: cells tagged `measurement`, words marked as `measured` (bookbuild/marks.py),
the frames of figures in such cells, and numbers in the search index are not compared.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from html.parser import HTMLParser
from itertools import accumulate, pairwise, zip_longest
from pathlib import Path
from typing import NamedTuple

from bookbuild.explorables import figures

ROOT = Path(__file__).resolve().parents[1]
SITES = ROOT / "_build" / "twice"
MEASURED = {"tag_measurement", "measured"}
"""The classes of what may differ, cells and words."""

NUMBER = re.compile(r"\d+e?\d*")
"""A term of the search index that is only a number, or a piece of one: "12e" and "07" of 12e-07."""


# ---------------------------------------------------------------------------- what is compared


class _Measured(HTMLParser):
    """Finds where in a page the measured elements begin and end."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.places: list[tuple[int, int]] = []
        self.lines = [0, *accumulate(len(line) + 1 for line in html.split("\n"))]
        self.html, self.tag, self.open, self.start = html, "", 0, 0
        self.feed(html)
        self.close()
        if self.open:
            raise ValueError(f"a measured <{self.tag}> has no end")

    def place(self) -> int:
        line, column = self.getpos()
        return self.lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.open:
            self.open += tag == self.tag
        elif MEASURED.intersection((dict(attrs).get("class") or "").split()):
            self.tag, self.open, self.start = tag, 1, self.place()

    def handle_endtag(self, tag: str) -> None:
        if self.open and tag == self.tag:
            self.open -= 1
            if not self.open:
                self.places.append((self.start, self.html.index(">", self.place()) + 1))


def without_measured(html: str) -> str:
    """A page without its measured elements, and otherwise as it is."""
    cuts = [0, *(cut for place in _Measured(html).places for cut in place), len(html)]
    return "".join(html[a:b] for a, b in list(pairwise(cuts))[::2])


def without_numbers(index: str) -> str:
    """The search index without the terms that are only numbers."""
    start, end = index.index("{"), index.rindex("}") + 1
    found = json.loads(index[start:end])
    found["terms"] = {term: at for term, at in found["terms"].items() if not NUMBER.fullmatch(term)}
    return index[:start] + json.dumps(found, ensure_ascii=False) + index[end:]


def files(site: Path) -> dict[str, bytes]:
    return {
        path.relative_to(site).as_posix(): path.read_bytes()
        for path in sorted(site.rglob("*"))
        if path.is_file()
    }


def lasting(found: dict[str, bytes]) -> dict[str, bytes]:
    """A site's files without what was measured."""
    left, frames, kept = dict(found), set(), set()
    for name in found:
        if name.endswith(".html"):
            html = found[name].decode()
            left[name] = without_measured(html).encode()
            frames |= {f"_static/explorable/{script}" for _, script in figures(html)}
            kept |= {f"_static/explorable/{script}" for _, script in figures(left[name].decode())}
        elif name == "searchindex.js":
            left[name] = without_numbers(found[name].decode()).encode()
    return {name: content for name, content in left.items() if name not in frames - kept}


class Comparison(NamedTuple):
    """How many files two sites have between them, and what became of them."""

    files: int
    identical: int
    differences: list[str]

    def __str__(self) -> str:
        measured = self.files - self.identical - len(self.differences)
        return (
            f"{self.files} files: {self.identical} identical, {measured} but for measurements, "
            f"{len(self.differences)} different"
        )


def compare(first: Path, second: Path) -> Comparison:
    one, other = files(first), files(second)
    names = sorted(one.keys() | other.keys())
    a, b = lasting(one), lasting(other)
    return Comparison(
        len(names),
        sum(one.get(name) == other.get(name) for name in names),
        [
            difference(name, a.get(name), b.get(name))
            for name in names
            if a.get(name) != b.get(name)
        ],
    )


def difference(name: str, a: bytes | None, b: bytes | None) -> str:
    """One line: where a file differs first, and what stands there."""
    if a is None or b is None:
        return f"{name}: only in the {'second' if a is None else 'first'} build"
    at = next(i for i, (x, y) in enumerate(zip_longest(a, b)) if x != y)
    one, other = (c[max(at - 40, 0) : at + 40].decode(errors="replace") for c in (a, b))
    return f"{name}: byte {at}: {one!r} and {other!r}"


# ------------------------------------------------------------------------------------ two builds


def copy_sources(folder: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in listed.stdout.split("\0"):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)


def build(folder: Path) -> Path:
    """Build the sources in `folder` with their own code; returns the site."""
    command = [str(Path(sys.executable).with_name("jupyter-book")), "build", str(folder)]
    done = subprocess.run(
        [*command, "-W", "-n", "--keep-going"],
        env=os.environ | {"PYTHONPATH": str(folder / "code"), "JUPYTER_PREFER_ENV_PATH": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"the build failed:\n{done.stdout}")
    return folder / "_build" / "html"


def main() -> None:
    shutil.rmtree(SITES, ignore_errors=True)
    SITES.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as scratch:
        # One path for both: .buildinfo holds a hash of the configuration, which names folders.
        folder = Path(scratch, "book")
        for which in ("first", "second"):
            began = time.monotonic()
            copy_sources(folder)
            shutil.move(build(folder), SITES / which)
            shutil.rmtree(folder)
            print(f"{which} build: {time.monotonic() - began:.0f} s", flush=True)
    found = compare(SITES / "first", SITES / "second")
    print(*found.differences, found, sep="\n")
    sys.exit(bool(found.differences))


if __name__ == "__main__":
    main()
