"""Is a build after an edit the one that the edited sources give from nothing?

`python -m benchmarks.twice` copies the tracked sources and builds them, edits them in several ways
(`EDITS`) and builds again, then builds the edited sources from nothing, all in the same folder. It
compares the last two sites byte for byte and leaves them in `_build/twice`. So it finds what an
edit does not reach, and what two runs of the same cell put out differently. Times and memory differ
from run to run: cells tagged `measurement`, words marked as `measured` (bookbuild/claims.py), the
frames of figures in such cells, and numbers in the search index are not compared.

An edited experiment is not among the edits, since all experiments run again after it, as in a build
from nothing. tests/bookbuild/test_warm.py has it, and each edit alone, in a small book.
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

from bookbuild.explorables import frames as named

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
            frames |= {f"_static/explorable/{script}" for script in named(html)}
            kept |= {f"_static/explorable/{script}" for script in named(left[name].decode())}
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


ADDED = Path("chapters", "added.md")
"""A page that the first build has, and the others have not."""

EDITS: dict[str, tuple[str, str]] = {
    "chapters/training-cost.md": (r"\Z", "\nA sentence more.\n"),
    "chapters/glossary.md": (r"^accuracy$", "accuracy\nhit rate"),
    "chapters/references.bib": (r"^(\s*title\s*=\s*\{+)", r"\1Edited: "),
    "code/feedforward/figures/depth.py": (r"\Z", "# A line more.\n"),
    "_toc.yml": (r"^.*file: chapters/added\n", ""),
}
"""Of each file: the pattern whose first match is edited, and what then stands there."""


def add_page(folder: Path) -> None:
    (folder / ADDED).write_text("# A page that is deleted later\n", "utf-8")
    toc = (folder / "_toc.yml").read_text("utf-8")
    last = toc.splitlines()[-1]
    entry = last[: last.index("chapters/")] + "chapters/added"
    (folder / "_toc.yml").write_text(f"{toc.rstrip()}\n{entry}\n", "utf-8")


def edit(folder: Path) -> None:
    for name, (pattern, text) in EDITS.items():
        path = folder / name
        edited, count = re.subn(pattern, text, path.read_text("utf-8"), count=1, flags=re.MULTILINE)
        if not count:
            raise RuntimeError(f"{name}: nothing matches {pattern!r}")
        path.write_text(edited, "utf-8")
    (folder / ADDED).unlink()


def main() -> None:
    shutil.rmtree(SITES, ignore_errors=True)
    SITES.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as scratch:
        # One path for all: .buildinfo holds a hash of the configuration, which names folders.
        folder = Path(scratch, "book")

        def timed(which: str) -> Path:
            began = time.monotonic()
            site = build(folder)
            print(f"{which}: {time.monotonic() - began:.0f} s", flush=True)
            return site

        copy_sources(folder)
        add_page(folder)
        timed("from nothing")
        edit(folder)
        shutil.move(timed("after the edits"), SITES / "warm")
        shutil.rmtree(folder / "_build")
        shutil.move(timed("edited, from nothing"), SITES / "cold")
    found = compare(SITES / "warm", SITES / "cold")
    print(*found.differences, found, sep="\n")
    sys.exit(bool(found.differences))


if __name__ == "__main__":
    main()
