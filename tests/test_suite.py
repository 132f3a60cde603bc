"""The suite itself: how workers share it, and what of it `make test` leaves to `make test-all`."""

import os
import re
import subprocess
import sys

import yaml

from tests.support.book import ROOT

CONFTEST = "from tests.conftest import pytest_collection_modifyitems"
SUITE = """
import os
import pytest

def log(what):
    with open("log", "a") as file:
        file.write(f"{os.environ['PYTEST_XDIST_WORKER']} {what}\\n")

@pytest.fixture(scope="module", params=["a.md", "b.md", "c.md", "d.md"])
def executed(request):
    log(f"runs {request.param}")
    return request.param

def test_first(executed):
    log(executed)

def test_second(executed):
    log(executed)

@pytest.mark.parametrize("page_name", ["x", "y"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page(page_name, scheme):
    log(page_name)
"""


def test_the_tests_of_a_page_or_a_chapter_are_run_by_one_worker(tmp_path):
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_suite.py").write_text(SUITE)
    (tmp_path / "pytest.ini").write_text("[pytest]")
    run = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider"),
            *("-n", "2", "--dist", "loadgroup", "--no-loadscope-reorder"),
        ],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    lines = [line.split(" ", 1) for line in (tmp_path / "log").read_text().splitlines()]
    workers = {what: {worker for worker, same in lines if same == what} for _, what in lines}
    assert len(lines) == 4 + 8 + 4  # each chapter is executed once
    assert {what: len(some) for what, some in workers.items()} == dict.fromkeys(workers, 1)
    assert set.union(*workers.values()) == {"gw0", "gw1"}


def test_the_readme_lists_what_only_test_all_runs():
    """A row for each file whose tests are marked as thorough."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (table,) = re.findall(r"\| Only in `make test-all` .*\n((?:\|.*\n)+)", readme)
    listed = re.findall(r"\| `(tests/[\w/]+\.py)` \|$", table, re.MULTILINE)
    marked = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "tests").rglob("test_*.py")
        if re.search(r"\bmark\.thorough\b", path.read_text(encoding="utf-8"))
    ]
    assert listed == sorted(marked)


def test_a_push_runs_the_tests_and_every_night_runs_all_of_them():
    workflow = ROOT / ".github" / "workflows" / "test.yml"
    text = workflow.read_text(encoding="utf-8")
    jobs = yaml.safe_load(text)["jobs"]
    assert re.search(r"^  schedule:\n    - cron: ", text, re.MULTILINE)
    last = {name: job["steps"][-1]["run"] for name, job in jobs.items()}
    assert last == {"test": "bash .ci/run", "test-all": "bash .ci/run test-all"}
    assert "'push'" in jobs["test"]["if"] and "'schedule'" in jobs["test-all"]["if"]
