"""The walls between the rooms of code/, read from the imports, the words and the paths."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.support.book import ROOT

CODE = ROOT / "code"
TOP = ("feedforward", "explorable", "bookbuild", "booktools")


def module_name(path: Path) -> str:
    parts = path.relative_to(CODE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {
    module_name(path): path
    for path in sorted(CODE.rglob("*.py"))
    if path.relative_to(CODE).parts[0] in TOP
}


def names_imported(source: str, package: str) -> set[str]:
    """Dotted names in import statements, also those inside functions, relative ones resolved."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) + 1 - node.level]
            base = ".".join([*(parents if node.level else []), *filter(None, [node.module])])
            found |= {base} | {f"{base}.{alias.name}" for alias in node.names}
    return found


def imports(name: str) -> set[str]:
    path = MODULES[name]
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    return names_imported(path.read_text(encoding="utf-8"), package)


def within(names: set[str], *packages: str) -> set[str]:
    return {n for n in names if any(n == p or n.startswith(f"{p}.") for p in packages)}


def room(name: str) -> str:
    for kind in ("experiments", "figures", "exercises"):
        if within({name}, f"feedforward.{kind}"):
            return kind
    top = name.partition(".")[0]
    return "subject" if top == "feedforward" else top


def in_room(kind: str) -> list[str]:
    return [name for name in MODULES if room(name) == kind]


def breaches(kind: str, *forbidden: str) -> list[str]:
    return [f"{n} imports {m}" for n in in_room(kind) for m in within(imports(n), *forbidden)]


def test_every_room_is_there():
    for kind in ("subject", "experiments", "figures", "exercises", *TOP[1:]):
        assert in_room(kind), f"no module in {kind}"


@pytest.mark.parametrize(
    ("source", "package", "expected"),
    [
        ("import a.b as c", "p", {"a.b"}),
        ("from a import b", "p", {"a", "a.b"}),
        ("from . import b", "p.q", {"p.q", "p.q.b"}),
        ("from ..r import b", "p.q", {"p.r", "p.r.b"}),
        ("def f():\n    import late", "p", {"late"}),
    ],
)
def test_imports_are_read_wherever_and_however_they_are_written(source, package, expected):
    assert names_imported(source, package) == expected


def test_explorable_knows_nothing_of_the_book():
    assert breaches("explorable", "feedforward", "bookbuild", "booktools", "chapters") == []


def test_bookbuild_knows_nothing_of_the_subject():
    assert breaches("bookbuild", "feedforward", "chapters") == []


def test_booktools_know_nothing_of_the_other_packages():
    assert breaches("booktools", "feedforward", "explorable", "bookbuild", "chapters") == []


def words_and_files(package: str) -> dict[str, str]:
    """The text of every file of a package that is text, by its path from code/."""
    return {
        path.relative_to(CODE).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted((CODE / package).rglob("*"))
        if path.suffix in {".py", ".js", ".css", ".html", ".svg", ".mplstyle"}
    }


def mentions(files: dict[str, str], words: Iterable[str]) -> list[str]:
    """Where a word begins with one of `words`, whatever its case."""
    any_word = re.compile("|".join(rf"(?<![a-z]){re.escape(word)}" for word in words), re.I)
    return [
        f"{name}:{number}: {found[0]}"
        for name, text in files.items()
        for number, line in enumerate(text.splitlines(), start=1)
        if (found := any_word.search(line))
    ]


def test_a_word_is_found_in_a_path_a_name_and_a_sentence():
    files = {"a.py": 'x = "code/feedforward"\nFEEDFORWARD_KEPT = 1\nunfeedforward\nA neural net.'}
    assert mentions(files, ["feedforward", "neural net"]) == [
        "a.py:1: feedforward",
        "a.py:2: FEEDFORWARD",
        "a.py:4: neural net",
    ]


@pytest.mark.parametrize("package", ["bookbuild", "booktools", "explorable"])
def test_what_makes_pages_names_nothing_of_this_book(package):
    """What is this book's own is said in `_config.yml`: its folders, its title, its variables."""
    pages = {path.stem for path in (ROOT / "chapters").glob("*.md")}
    # Pages that other books have, too; "claims" is a page that the extension makes.
    own = pages - {"index", "claims", "glossary", "bibliography", "notation"}
    words = {"feedforward", "neural", "neuron", "backprop", *own}
    assert mentions(words_and_files(package), sorted(words)) == []


def test_the_subject_names_nothing_of_the_build():
    build = ["sphinx", "bookbuild", "booktools", "explorable", "jupyter", "myst", "html", "_build"]
    subject = {
        name: text
        for name, text in words_and_files("feedforward").items()
        if name.split("/")[1] not in ("figures", "exercises")
    }
    assert "feedforward/costs.py" in subject
    assert mentions(subject, build) == []


def test_the_subject_knows_nothing_of_its_presentation():
    presentation = ("feedforward.figures", "feedforward.exercises", *TOP[1:])
    assert breaches("subject", "feedforward.experiments", *presentation, "chapters") == []
    assert breaches("experiments", *presentation, "chapters") == []


def test_nothing_that_computes_depends_on_how_numbers_are_written():
    """So a build keeps its experiments' results when that changes."""
    assert breaches("experiments", "feedforward.typography") == []
    assert breaches("subject", "feedforward.typography") == []


@pytest.mark.parametrize("kind", ["subject", "experiments"])
def test_what_computes_draws_nothing(kind):
    assert breaches(kind, "matplotlib", "ipywidgets", "IPython") == []


def test_exercises_use_the_subject_only():
    others = ("feedforward.experiments", "feedforward.figures", *TOP[1:])
    assert breaches("exercises", *others, "chapters") == []


def test_figures_use_the_subject_its_experiments_and_matplotlib_only():
    allowed = {"feedforward", "matplotlib", "numpy"} | sys.stdlib_module_names
    foreign = [
        f"{name} imports {imported}"
        for name in in_room("figures")
        for imported in imports(name)
        if imported.partition(".")[0] not in allowed or within({imported}, "feedforward.exercises")
    ]
    assert foreign == []


def test_figures_never_touch_the_global_state_of_pyplot():
    assert breaches("figures", "matplotlib.pyplot", "pylab", "matplotlib.pylab") == []


def circle(graph: dict[str, set[str]]) -> list[str]:
    """One circle of imports, as the names along it, or nothing."""
    done: set[str] = set()

    def walk(name: str, path: list[str]) -> list[str]:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return []
        for other in sorted(graph[name]):
            if found := walk(other, [*path, name]):
                return found
        done.add(name)
        return []

    return next((found for name in sorted(graph) if (found := walk(name, []))), [])


def test_a_circle_is_found():
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
    assert circle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


@pytest.mark.parametrize("top", TOP)
def test_no_package_imports_in_a_circle(top):
    # `from feedforward import costs` needs the package as well, but an empty one.
    mine = {name for name in MODULES if name.partition(".")[0] == top and name != top}
    assert circle({name: imports(name) & mine - {name} for name in mine}) == []


def test_nothing_reaches_into_the_chapters():
    found = [f"{name} imports {m}" for name in MODULES for m in within(imports(name), "chapters")]
    assert found == []


def python_files() -> list[Path]:
    return [p for folder in ("code", "tests", "benchmarks") for p in (ROOT / folder).rglob("*.py")]


def test_nobody_patches_the_import_path():
    """The packages are installed, so no file needs to say where they are; chapters included."""
    word = "sys" + ".path"
    files = [*python_files(), *(ROOT / "chapters").rglob("*.md")]
    assert [str(p.relative_to(ROOT)) for p in files if word in p.read_text(encoding="utf-8")] == []


def test_the_folder_code_does_not_hide_the_standard_library():
    where = subprocess.run(
        [sys.executable, "-c", "import code; print(code.__file__)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(where.stdout.strip()).name == "code.py"
    assert not (CODE / "__init__.py").exists()


def test_ruff_finds_nothing():
    for command in (["check"], ["format", "--check"]):
        ruff = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "."],
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        assert ruff.returncode == 0, f"ruff {' '.join(command)}:\n{ruff.stdout}{ruff.stderr}"
