"""An experiment runs once: in a process, and among processes that share a folder."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from feedforward.experiments import FOLDER, kept, seconds_of, timed
from feedforward.progress import progress

# A module of the test's own, whose experiment leaves a mark each time that it really runs.
EXPERIMENT = """
import os, sys, time
import numpy as np
from feedforward.experiments import kept

@kept
def noise(seed, scale=1.0):
    with open("runs", "a") as runs:
        runs.write("x")
    time.sleep(0.5)
    return scale * np.random.default_rng(seed).normal(size=3)

print(noise(int(sys.argv[1]), scale=float(sys.argv[2])).tolist())
"""


@pytest.fixture
def counted(monkeypatch):
    """An experiment, and the list of the arguments that it really ran with."""
    monkeypatch.delenv(FOLDER, raising=False)
    runs = []

    @kept
    def experiment(width, seeds=(0,)):
        runs.append((width, seeds))
        return [width] * len(seeds)

    return experiment, runs


def test_a_process_runs_an_experiment_once_for_each_set_of_arguments(counted):
    experiment, runs = counted
    assert experiment(3) is experiment(3)
    assert experiment(3, seeds=(0, 1)) == [3, 3]
    assert runs == [(3, (0,)), (3, (0, 1))]


def test_without_a_folder_nothing_is_written(counted, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    experiment, _ = counted
    experiment(3)
    assert list(tmp_path.iterdir()) == []


def start(folder: Path, *arguments: str) -> subprocess.Popen:
    script = folder / "noise.py"
    if not script.exists():  # else a process that just starts may read it empty
        script.write_text(EXPERIMENT)
    command = [sys.executable, "noise.py", *arguments]
    return subprocess.Popen(
        command, cwd=folder, env=os.environ | {FOLDER: "kept"}, stdout=-1, text=True
    )


def test_processes_that_share_a_folder_run_it_once_even_at_the_same_time(tmp_path):
    said = [p.communicate(timeout=60)[0] for p in [start(tmp_path, "0", "1") for _ in range(3)]]
    assert said[0].startswith("[0.12573")
    assert said == [said[0]] * 3
    assert (tmp_path / "runs").read_text() == "x"


def test_other_arguments_are_another_experiment(tmp_path):
    said = [
        start(tmp_path, *arguments).communicate(timeout=60)[0]
        for arguments in (("0", "1"), ("1", "1"), ("0", "2"))
    ]
    assert len(set(said)) == 3
    assert (tmp_path / "runs").read_text() == "xxx"


def test_an_experiment_that_fails_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setenv(FOLDER, str(tmp_path))

    @kept
    def fails():
        raise ValueError("diverged")

    for _ in range(2):
        with pytest.raises(ValueError, match="diverged"):
            fails()
    assert [path for path in tmp_path.iterdir() if path.suffix != ".lock"] == []


def busy(seconds: float) -> None:
    """Spend that much of the processor's time."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


@pytest.fixture(params=["in memory", "in a folder"])
def slow(request, tmp_path, monkeypatch):
    """Three experiments: two that are slow, and one that asks both, the first one twice."""
    monkeypatch.delenv(FOLDER, raising=False)
    if request.param == "in a folder":
        monkeypatch.setenv(FOLDER, str(tmp_path))

    def again():
        @kept
        def first():
            busy(0.2)

        @kept
        def second():
            busy(0.1)

        @kept
        def both():
            first(), first(), second()

        return first, second, both

    return again


def near(seconds: float):
    return pytest.approx(seconds, abs=0.08)


def test_an_experiment_that_was_kept_still_says_how_long_it_took(slow):
    first, _, _ = slow()
    assert seconds_of(first)[1] == near(0.2)
    began = time.process_time()
    assert seconds_of(first)[1] == near(0.2)
    assert time.process_time() - began < 0.05
    first, _, _ = slow()  # as in another process: in a folder it is looked up, else it runs
    assert seconds_of(first)[1] == near(0.2)


def test_what_was_asked_twice_counts_once_and_other_work_counts_too(slow):
    first, second, _ = slow()

    def work():
        first(), second(), first()
        busy(0.1)
        return "done"

    for _ in range(2):
        assert seconds_of(work) == ("done", near(0.4))


@pytest.mark.parametrize("asked_before", [False, True])
def test_an_experiment_made_of_others_took_what_they_took(slow, asked_before):
    first, second, both = slow()
    if asked_before:
        first(), second()
    for _ in range(2):
        assert seconds_of(both)[1] == near(0.3)


def test_of_an_experiment_it_is_kept_how_long_no_bar_would_show(tmp_path, monkeypatch):
    """Asked again, or in another process: as long as in the run that was kept."""
    monkeypatch.setenv(FOLDER, str(tmp_path))

    def again():
        @kept
        def experiment():
            busy(0.2)
            for _ in progress(3):
                busy(0.1)

        return experiment

    for experiment in (again(), again()):
        for _ in range(2):
            with timed() as spent:
                experiment()
            assert spent == near([0.5, 0.3])


def test_an_experiment_that_is_killed_keeps_nobody_waiting(tmp_path):
    killed = start(tmp_path, "0", "1")
    marks = tmp_path / "runs"
    while not marks.exists() or marks.read_text() != "x":
        assert killed.poll() is None
    killed.kill()
    killed.communicate(timeout=60)
    assert start(tmp_path, "0", "1").communicate(timeout=60)[0].startswith("[0.12573")
    assert (tmp_path / "runs").read_text() == "xx"
