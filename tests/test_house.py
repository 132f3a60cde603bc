"""The repository as strangers find it: pins, paths, what is loaded from where."""

import re
import subprocess
import tomllib

from tests.support.book import ROOT, requirements

PIN = re.compile(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==[0-9][A-Za-z0-9.]*")


def tracked() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def texts() -> dict[str, str]:
    """Every tracked file that is text."""
    found = {}
    for name in tracked():
        content = (ROOT / name).read_bytes()
        if b"\0" not in content:
            found[name] = content.decode("utf-8")
    return found


def test_every_requirement_is_pinned():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [line for extra in project["optional-dependencies"].values() for line in extra]
    for line in [*requirements("requirements.txt"), *requirements("binder/requirements.txt")]:
        assert line == "-e ." or PIN.fullmatch(line), line
    for line in extras:
        assert PIN.fullmatch(line), line


def test_what_the_package_imports_is_among_the_requirements():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pinned = {line.partition("==")[0] for line in requirements("requirements.txt")}
    assert set(project["dependencies"]) <= pinned


def test_no_path_of_anyones_machine_is_in_the_repository():
    own = str(ROOT) if len(ROOT.parts) > 2 else str(ROOT / "_build")  # "/book" is a word as well
    home = re.compile(r"(?<![\w.])/(?:home|Users)/[a-z][\w-]+/|[A-Z]:\\Users\\\w", re.ASCII)
    for name, text in texts().items():
        assert own not in text, f"{name} names this folder"
        assert not home.search(text), f"{name}: {home.search(text)}"


def test_each_command_of_the_readme_is_a_target_of_the_makefile():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\bmake ([a-z]+)\b(?=[`\s]*(?:#|`|'| PYTEST| PORT))", readme))
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    assert {"book", "test", "lab", "serve", "bench"} <= named
    assert named <= targets


def test_the_readmes_torch_is_the_pinned_one():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (pin,) = [line for line in requirements("requirements.txt") if line.startswith("torch==")]
    assert re.findall(r"torch==[\d.]*\d", readme) == [pin]


def test_the_readme_names_no_file_that_is_not_there():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)|src=\"(?!https?:)([^\"]+)\"", readme)
    missing = [path for pair in links for path in pair if path and not (ROOT / path).exists()]
    assert missing == []
