"""The chapters' experiments: what they train and measure. Figures draw it, cells print it.

One module per chapter. An experiment is a function of plain values (numbers, names, tuples of them)
that returns arrays, and `@kept` makes it run once however many figures and cells ask for it. It
also notes how long that took, and `seconds_of` says it when all that is left is to look it up.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

import numpy as np

from feedforward.progress import covered

FOLDER = "FEEDFORWARD_KEPT"
"""The environment variable that names a folder for results which processes share."""

Given = ParamSpec("Given")
Result = TypeVar("Result")


_clocks: list[dict[str, np.ndarray]] = []
"""Of each `timed` that is at work, the innermost last: what its experiments took, by call."""


def _now() -> np.ndarray:
    """The processor's seconds so far: all of them, and those that no bar would cover."""
    seconds = time.process_time()
    return np.array([seconds, seconds - covered.seconds()])


@contextmanager
def timed() -> Iterator[np.ndarray]:
    """What the work within takes, as if no experiment had run before.

    Afterwards the array holds the processor's seconds, and how many of them would pass without a
    bar that says how far the work is. An experiment whose result was kept counts with the seconds
    of the run that is kept.
    """
    spent = np.zeros(2)
    _clocks.append({})
    began = _now()
    try:
        yield spent
    finally:
        spent += _now() - began
        for times in _clocks.pop().values():
            spent += times


def seconds_of(work: Callable[[], Result]) -> tuple[Result, float]:
    """(what work() returns, the processor's seconds for it, as if no experiment had run before)."""
    result, times = _times_of(work)
    return result, float(times[0])


def _times_of(work: Callable[[], Result]) -> tuple[Result, np.ndarray]:
    with timed() as times:
        result = work()
    return result, times


def kept(experiment: Callable[Given, Result]) -> Callable[Given, Result]:
    """Run `experiment` once for each set of arguments; whoever asks again gets the same object.

    In a notebook the results live as long as the kernel. A build of the book draws in several
    processes: where FEEDFORWARD_KEPT names a folder, the first one to ask runs the experiment, the
    others wait for its file. Who names the folder answers for its being of this very code.

    The arguments must be hashable, and their repr must say all about them. Never change a result.
    """

    def called(args: tuple, kwargs: dict) -> str:
        return f"{experiment.__module__}.{experiment.__qualname__}{args!r}{sorted(kwargs.items())}"

    @cache
    def once(*args: Given.args, **kwargs: Given.kwargs) -> tuple[Result, np.ndarray]:
        folder = os.environ.get(FOLDER)
        if not folder:
            return _times_of(lambda: experiment(*args, **kwargs))
        from filelock import FileLock  # comes with PyTorch; needed on a build only

        call = called(args, kwargs)
        path = Path(folder, hashlib.sha256(call.encode()).hexdigest()[:24])
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_suffix(".lock")):
            if path.exists():
                return pickle.loads(path.read_bytes())
            result = _times_of(lambda: experiment(*args, **kwargs))
            partial = path.with_suffix(".partial")
            partial.write_bytes(pickle.dumps(result))
            partial.replace(path)  # an interrupted build leaves no half file under this name
            return result

    @wraps(experiment)
    def run(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        began = _now()
        result, times = once(*args, **kwargs)
        if _clocks:  # which counts the run that was kept, once, instead of the wait for it
            call, clock = called(args, kwargs), _clocks[-1]
            waited = _now() - began
            clock[call] = clock.get(call, times) - waited
        return result

    return run
