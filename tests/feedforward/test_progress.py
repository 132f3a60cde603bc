"""The bar: after a while, where somebody watches, and gone at the end."""

import gc
import io
import math
from contextlib import closing
from types import SimpleNamespace

import pytest

from feedforward import progress as module
from feedforward.progress import bar, progress


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
    """A watched screen, and a clock that a step moves by half a second."""
    shown, now = Screen(), iter(range(10_000))
    monkeypatch.delenv("FEEDFORWARD_KEPT", raising=False)
    monkeypatch.setattr(module, "sys", SimpleNamespace(stdout=shown))
    monkeypatch.setattr(module, "_busy", [-math.inf, -math.inf])

    def clock():
        return next(now) / 2

    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=clock, process_time=clock))
    return shown


def test_every_step_comes_once(screen):
    assert list(progress(7)) == list(range(7))


def test_a_short_run_says_nothing(screen):
    assert list(progress(4)) == [0, 1, 2, 3]
    assert screen.getvalue() == ""


def test_a_long_run_says_how_far_it_is_and_leaves_no_trace(screen):
    for _ in progress(100):
        pass
    states = screen.seen()
    assert len([s for s in states if s]) == 20
    assert bar(4, 100, 2.5) in states
    assert states[-1] == ""


def test_short_runs_one_after_the_other_are_waited_for_as_one(screen):
    """Each takes 1.5 s here: the second says something, from its start on."""
    for run in range(2):
        assert list(progress(2)) == [0, 1]
        assert bool(screen.getvalue()) == bool(run)
    assert bar(0, 2, 0.0) in screen.seen() and screen.seen()[-1] == ""


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


@pytest.mark.parametrize("step, seconds, words", [(25, 5.0, "15 s"), (50, 3.0, "3 s")])
def test_the_time_left_is_that_of_the_steps_so_far(step, seconds, words):
    assert bar(step, 100, seconds).endswith(f"step {step} of 100, {words} left")
    assert bar(step, 100, seconds).count("█") == module.WIDTH * step // 100


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
