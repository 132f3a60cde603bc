"""What mybinder.org makes of this repository, by the program that it uses: repo2docker.

repo2docker writes a Dockerfile and builds it. Told not to build, it needs no Docker. The first
tests read that Dockerfile. Those of `make test-all` run its own lines, all that follow the copy of
the repository, in an environment that has only what Binder's has before them.

Two things are not Binder's. The packages that are there before come from PyPI, since conda may be
missing here; their versions are those of repo2docker's list. And the Python is that of the tests
where the machine has none of the version in binder/runtime.txt.
"""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tomllib
import urllib.request
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlparse

import pytest
import yaml

from benchmarks.twice import copy_sources
from bookbuild.header import binder_url
from tests.support.book import ROOT, requirements
from tests.support.lab import run_all, serving

TORCH_INDEX = "https://download.pytorch.org/whl/cpu"
BUILDS_THE_SITE = re.compile(r"sphinx|jupyter[-_]book|nodejs|katex", re.IGNORECASE)
MOST_MEMORY = 2e9
"""Bytes: what mybinder.org gives to a reader's server and kernels together."""
CHAPTER = "training-cost.md"
"""It loads PyTorch, and trains networks to measure how much memory that takes."""
ON_PYPI = {"jupyterhub-singleuser": "jupyterhub"}
"""What conda calls by another name."""
NOT_ON_PYPI = {"python", "nodejs"}


def runtime() -> str:
    """The version of Python that binder/runtime.txt asks for, "3.12"."""
    return re.fullmatch(r"python-(\d+\.\d+)\s*", (ROOT / "binder/runtime.txt").read_text())[1]


def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


class Recipe(NamedTuple):
    said: str
    instructions: list[tuple[str, str]]
    """(name, arguments) of each instruction of the Dockerfile."""

    def commands(self) -> tuple[list[str], list[str]]:
        """Those that run in the folder of the repository before it is copied there, and after."""
        folder = self.instructions.index(("WORKDIR", "${REPO_DIR}"))
        copy = self.instructions.index(("COPY", "--chown=1000:1000 src/ ${REPO_DIR}/"))
        before, after = self.instructions[folder:copy], self.instructions[copy:]
        return tuple([rest for name, rest in part if name == "RUN"] for part in (before, after))

    def packages(self) -> Path:
        """repo2docker's list of the packages that are installed before, as conda has them."""
        (copied,) = (
            rest for name, rest in self.instructions if rest.endswith(" /tmp/env/environment.lock")
        )
        name = re.search(r"build_script_files/(\S+)-[0-9a-f]{6} ", copied)[1]
        return Path(unquote(name.replace("-", "%")))


@pytest.fixture(scope="module")
def repository(tmp_path_factory) -> Path:
    """What git has of the book, and nothing else."""
    folder = tmp_path_factory.mktemp("binder") / "book"
    copy_sources(folder)
    return folder


@pytest.fixture(scope="module")
def recipe(repository) -> Recipe:
    return write_recipe(repository)


def write_recipe(repository: Path) -> Recipe:
    """repo2docker's Dockerfile, for the user that Binder names."""
    user = ["--user-name", "jovyan", "--user-id", "1000"]
    done = subprocess.run(
        [sys.executable, "-m", "repo2docker", "--no-build", "--debug", *user, "."],
        cwd=repository,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.splitlines() if line.strip() and line[0] != "#"]
    joined = "\n".join(lines).replace("\\\n", " ").splitlines()
    return Recipe(done.stderr, [tuple(line.split(maxsplit=1)) for line in joined])


# ------------------------------------------------------------------- what Binder is asked for


def test_binder_takes_the_python_of_the_runtime_file(recipe):
    assert f"Building conda environment for python={runtime()}\n" in recipe.said
    assert re.search(rf"/python-{re.escape(runtime())}\.\d+-", recipe.packages().read_text())
    assert ("ENV", "KERNEL_PYTHON_PREFIX=${NB_PYTHON_PREFIX}") in recipe.instructions


def test_binders_python_is_new_enough():
    least = project()["requires-python"].removeprefix(">=").split(".")
    assert [int(part) for part in runtime().split(".")] >= [int(part) for part in least]


def test_binder_installs_its_requirements_from_the_root_and_runs_postbuild(recipe):
    _, after = recipe.commands()
    assert after == [
        '${KERNEL_PYTHON_PREFIX}/bin/pip install --no-cache-dir -r "binder/requirements.txt"',
        "chmod +x binder/postBuild",
        "./binder/postBuild",
    ]
    assert [name for name, _ in recipe.instructions].count("WORKDIR") == 1


def test_binder_installs_nothing_else_for_the_book(recipe):
    """Neither conda nor apt: nothing of the repository is used before all of it is copied."""
    before, _ = recipe.commands()
    assert before == ["chown ${NB_USER}:${NB_USER} ${REPO_DIR}"]
    copied = [rest.split() for name, rest in recipe.instructions if name == "COPY"]
    ours = [source for *_, source, target in copied if source.startswith("src/")]
    assert ours == ["src/binder/requirements.txt", "src/"]


def test_binder_installs_the_tested_versions_and_nothing_that_builds_the_site():
    binder = requirements("binder/requirements.txt")
    tests = project()["optional-dependencies"]["test"]
    assert set(binder) <= {*requirements("requirements.txt"), *tests}
    assert "-e ." in binder
    assert [line for line in binder if BUILDS_THE_SITE.match(line)] == []


def test_binder_does_not_keep_its_own_jupyter():
    """Its own is older than jupytext's extension needs, and a chapter would open as plain text."""
    names = {line.partition("==")[0] for line in requirements("binder/requirements.txt")}
    assert {"jupyterlab", "notebook", "jupytext"} <= names


def test_binder_finds_pytorch_without_cuda():
    """In PyTorch's own index, the Makefile's: PyPI's brings gigabytes that no one there can use."""
    lines = (ROOT / "binder/requirements.txt").read_text(encoding="utf-8").splitlines()
    options = [line for line in lines if line.startswith("--")]
    assert options == [f"--extra-index-url {TORCH_INDEX}"]
    assert options[0] in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_postbuild_opens_chapters_as_notebooks_and_stops_on_an_error():
    path = ROOT / "binder" / "postBuild"
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("#!")
    assert "set -e" in lines
    assert "jupytext-config set-default-viewer markdown myst" in lines
    assert path.stat().st_mode & stat.S_IXUSR


# ---------------------------------------------------------------------------- what comes of it


class Environment(NamedTuple):
    python: Path
    variables: dict[str, str]


@pytest.fixture(scope="module")
def environment(recipe, repository) -> Environment:
    """An environment of Binder's packages in which the recipe's lines have run.

    The folder of the repository is the home folder, as on Binder.
    """
    prefix = repository.parent / "prefix"
    subprocess.run([python(), "-m", "venv", prefix], check=True)
    installed = Environment(prefix / "bin" / "python", variables(prefix, repository))
    install_what_is_there_before(installed, recipe.packages())
    _, lines = recipe.commands()
    for line in lines:
        run(installed, ["/bin/sh", "-c", line], repository)
    return installed


def python() -> str:
    """Binder's version if this machine has one that can make environments, else the tests' own."""
    found = shutil.which(f"python{runtime()}") or sys.executable
    # pyenv has a program of that name also where the version is not installed.
    tried = subprocess.run([found, "-c", "import venv, ensurepip"], capture_output=True)
    return sys.executable if tried.returncode else found


def variables(prefix: Path, home: Path) -> dict[str, str]:
    """The Dockerfile's, and how this machine reaches an index of packages."""
    kept = re.compile(r"PIP_|SSL_|REQUESTS_|CURL_|\w+_PROXY$", re.IGNORECASE)
    reach = {name: value for name, value in os.environ.items() if kept.match(name)}
    # pip's settings are in the home folder of whoever runs the tests, and that is not `home`.
    reach.setdefault("PIP_CONFIG_FILE", str(Path("~/.config/pip/pip.conf").expanduser()))
    return reach | {
        "HOME": str(home),
        "PATH": f"{home}/.local/bin:{prefix}/bin:/usr/local/bin:/usr/bin:/bin",
        "NB_PYTHON_PREFIX": str(prefix),
        "KERNEL_PYTHON_PREFIX": str(prefix),
        "LC_ALL": "C.UTF-8",
        # Where PyTorch's index cannot be reached, pip soon gives up on it, once for each package.
        **{"PIP_RETRIES": "1", "PIP_TIMEOUT": "10", "PIP_DEFAULT_TIMEOUT": "10"},
    }


def run(environment: Environment, command: list[str | Path], folder: Path) -> str:
    """What the command prints."""
    done = subprocess.run(
        command, cwd=folder, env=environment.variables, capture_output=True, text=True
    )
    assert done.returncode == 0, f"{command}:\n{done.stdout}{done.stderr}"
    return done.stdout


def install_what_is_there_before(environment: Environment, packages: Path) -> None:
    """The Jupyter of repo2docker's list, with what it needs in the versions of the list."""
    entry = re.compile(r"^https:.*/([^/_][^/]*)-([^-/]+)-([^-/]+)$", re.MULTILINE)
    listed = entry.findall(packages.read_text())
    versions = {name: version for name, version, _ in listed}
    folder = environment.python.parents[1]
    of_python = [f"{name}=={version}\n" for name, version, build in listed if build[:2] == "py"]
    (folder / "versions.txt").write_text("".join(of_python))
    direct = yaml.safe_load(packages.with_name(f"environment.py-{runtime()}.yml").read_text())
    names = [re.match(r"[\w-]+", line)[0] for line in direct["dependencies"]]
    assert {"pip", "jupyterlab"} <= set(names)
    asked = [f"{ON_PYPI.get(n, n)}=={versions[n]}" for n in names if n not in NOT_ON_PYPI]
    pip = [environment.python, "-m", "pip", "install", "-c", "versions.txt"]
    run(environment, [*pip, *asked], folder)


@pytest.mark.thorough
def test_its_lines_install_the_pinned_versions_and_nothing_of_sphinx(environment, repository):
    pip = [environment.python, "-m", "pip"]
    listed = json.loads(run(environment, [*pip, "list", "--format=json"], repository))
    # pip lists jupyterlab-myst as jupyterlab_myst
    versions = {package["name"].replace("_", "-").lower(): package["version"] for package in listed}
    for pin in requirements("binder/requirements.txt"):
        if pin != "-e .":
            name, _, version = pin.partition("==")
            assert versions[name].partition("+")[0] == version
    assert [name for name in versions if BUILDS_THE_SITE.match(name)] == []
    run(environment, [*pip, "check"], repository)
    ask = "import feedforward, torch; print(feedforward.__path__[0], torch.version.cuda, sep='\\n')"
    path, cuda = run(environment, [environment.python, "-c", ask], repository.parent).split()
    assert Path(path) == repository / "code" / "feedforward"
    assert cuda == "None" or not can_be_reached(TORCH_INDEX)


def can_be_reached(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=20):
            return True
    except OSError:
        return False


@pytest.mark.thorough
def test_the_rocket_opens_a_notebook_that_runs_on_one_core_in_2_gb(
    environment, repository, browser, tmp_path
):
    """The address is the button's, the server the one that Binder starts."""
    button = binder_url("https://mybinder.org", "https://github.com/o/n", f"chapters/{CHAPTER}")
    (opened,) = parse_qs(urlparse(button).query)["urlpath"]
    core = min(os.sched_getaffinity(0))
    command = ["taskset", "--cpu-list", str(core), str(environment.python.with_name("jupyter-lab"))]
    with serving(command, repository, tmp_path, environment.variables) as (address, token, server):
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.goto(f"{address}/{opened}?token={token}")
        page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=120_000)
        status = page.locator(".jp-StatusBar-Widget, #jp-main-statusbar")
        status.get_by_text("| Idle").first.wait_for(timeout=120_000)
        run_all(page)
        assert page.locator(".jp-RenderedText[data-mime-type*=error]").count() == 0
        assert page.locator(".jp-RenderedText[data-mime-type*=stderr]").count() == 0
        assert page.locator(".jp-OutputArea .noUi-handle").count() > 0
        assert page.locator(".jp-OutputArea svg[role=img]").count() > 0
        used = [peak_memory(process) for process in [server, *descendants(server)]]
        page.close()
    assert len(used) > 1, "the server has no kernel"
    assert sum(used) < MOST_MEMORY


def descendants(process: int) -> list[int]:
    """The processes that it has started, and those that they have."""
    found = []
    for children in Path(f"/proc/{process}/task").glob("*/children"):
        for child in map(int, children.read_text().split()):
            found += [child, *descendants(child)]
    return found


def peak_memory(process: int) -> int:
    """The most that the process has had resident, in bytes."""
    status = Path(f"/proc/{process}/status").read_text()
    return 1024 * int(re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)[1])
