"""The bar: after a while, where somebody watches, and gone at the end."""

import gc
import io
import math
import re
import subprocess
import sys
from contextlib import closing
from types import SimpleNamespace

import pytest

from feedforward import progress as module
from feedforward.progress import progress

STEP = re.compile(r" step ([\d,]+) of ")


class Screen(io.StringIO):
    """A terminal, as the lines that were last to be seen on it."""

    def isatty(self):
        return True

    def seen(self):
        """What each write left on the line, as carriage returns overwrite it."""
        line, states = [], []
        for character in self.getvalue():
            if character == "\r":
                states.append("".join(line).rstrip())
                at = 0
                continue
            line[at : at + 1] = character
            at += 1
        return [*states, "".join(line).rstrip()]


@pytest.fixture
def screen(monkeypatch):
    """A watched screen, and a clock that goes on by half a second when it is asked."""
    shown, now = Screen(), iter(range(10_000))
    monkeypatch.delenv("FEEDFORWARD_KEPT", raising=False)
    monkeypatch.setattr(module, "sys", SimpleNamespace(stdout=shown))
    monkeypatch.setattr(module, "_busy", [-math.inf, -math.inf])

    def clock():
        return next(now) / 2

    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=clock, process_time=clock))
    monkeypatch.setattr("tqdm.std.time", clock)
    return shown


def test_every_step_comes_once(screen):
    assert list(progress(7)) == list(range(7))


def test_a_short_run_says_nothing(screen):
    assert list(progress(3)) == [0, 1, 2]
    assert screen.getvalue() == ""


def test_a_long_run_says_how_far_it_is_and_leaves_no_trace(screen):
    for _ in progress(1000):
        pass
    states = screen.seen()
    shown = [int(found[1].replace(",", "")) for found in map(STEP.search, states) if found]
    assert shown == sorted(shown) and len(shown) > 100
    first = next(state for state in states if state)
    assert re.fullmatch(r"·{24} step \d of 1,000, \d\d:\d\d left", first)
    assert states[-1] == ""


def test_short_runs_one_after_the_other_are_waited_for_as_one(screen):
    """Each takes more than a second here: the second says something, from its start on."""
    for run in range(2):
        assert list(progress(2)) == [0, 1]
        assert bool(screen.getvalue()) == bool(run)
    assert "·" * 24 + " step 0 of 2, ? left" in screen.seen() and screen.seen()[-1] == ""


def test_a_pause_between_two_runs_ends_the_waiting(screen):
    list(progress(2))
    for _ in range(int(2 * module.PAUSE)):  # half a second each
        module.time.monotonic()
    list(progress(2))
    assert screen.getvalue() == ""


def test_an_interrupted_run_takes_its_bar_away(screen):
    with pytest.raises(KeyError):
        for step in progress(100):
            if step == 50:
                raise KeyError
    gc.collect()  # where generators are not closed at once
    assert screen.seen()[-1] == ""


def test_the_bar_grows_and_the_time_left_is_that_of_the_steps_so_far(screen, monkeypatch):
    """The first fifty steps take a second each, the others three."""
    now = [0.0]
    monkeypatch.setattr("tqdm.std.time", lambda: now[0])
    for step in progress(100):
        now[0] += 1 if step < 50 else 3
    states = [state for state in screen.seen() if state]
    assert [int(STEP.search(state)[1]) for state in states] == list(range(2, 101))
    for step, state in enumerate(states, start=2):
        taken = min(step, 50) + 3 * max(step - 50, 0)
        minutes, seconds = re.search(r", (\d\d):(\d\d) left$", state).groups()
        left = taken / step * (100 - step)
        assert int(minutes) * 60 + int(seconds) == pytest.approx(left - 0.5, abs=0.51)
        assert state.count("█") == 24 * step // 100


def test_a_run_within_a_run_leaves_no_trace_either(screen):
    for _ in progress(9):
        for _ in progress(9):
            pass
    states = screen.seen()
    assert any("of 9" in state for state in states) and states[-1] == ""
    assert "\n" not in screen.getvalue()


def test_tqdm_is_imported_only_where_somebody_watches():
    code = (
        "import sys, feedforward.progress as p; list(p.progress(9)); print('tqdm' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


def test_a_build_and_a_pipe_are_not_watched(screen, monkeypatch):
    monkeypatch.setenv("FEEDFORWARD_KEPT", "a folder")
    assert list(progress(50)) == list(range(50))
    monkeypatch.delenv("FEEDFORWARD_KEPT")
    monkeypatch.setattr(Screen, "isatty", lambda self: False)
    assert list(progress(50)) == list(range(50))
    assert screen.getvalue() == ""


def covered_by(work, monkeypatch):
    """The seconds that a bar would cover, by a clock that stands still but for `wait`."""
    now = [0.0]

    def wait(seconds):
        now[0] += seconds

    clock = SimpleNamespace(monotonic=lambda: now[0], process_time=lambda: now[0])
    monkeypatch.setattr(module, "time", clock)
    before = module.covered.seconds()
    work(wait)
    assert module.covered.runs == 0
    return module.covered.seconds() - before


def test_where_nobody_watches_the_seconds_that_a_bar_would_cover_are_noted(monkeypatch):
    """From the second step on: during the first one, nothing is known yet."""
    monkeypatch.setenv("FEEDFORWARD_KEPT", "a folder")

    def one_run(steps):
        def work(wait):
            for _ in progress(steps):
                wait(3)
            wait(100)

        return work

    covered = [covered_by(one_run(steps), monkeypatch) for steps in (0, 1, 2, 5)]
    assert covered == pytest.approx([0, 0, 3, 12])  # added to the seconds of runs before


def test_a_run_within_a_run_is_covered_once(monkeypatch):
    monkeypatch.setenv("FEEDFORWARD_KEPT", "a folder")

    def work(wait):
        for _ in progress(2):
            for _ in progress(4):
                wait(1)

    assert covered_by(work, monkeypatch) == pytest.approx(3 + 4)


def test_a_run_that_fails_covers_nothing_after_it(monkeypatch):
    monkeypatch.setenv("FEEDFORWARD_KEPT", "a folder")

    def work(wait):
        with pytest.raises(KeyError), closing(progress(9)) as steps:
            for step in steps:
                wait(1)
                if step == 3:
                    raise KeyError
        wait(100)

    assert covered_by(work, monkeypatch) == pytest.approx(3)
