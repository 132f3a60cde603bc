"""One line that says how far a long run is, where somebody watches."""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Iterator

from feedforward import _check

PATIENCE = 2.0
"""Seconds before the bar appears: a run that is shorter shows none."""

REFRESH = 0.5
"""Seconds between two states of the bar."""

PAUSE = 2.0
"""Seconds that may lie between two runs which a reader waits for as one."""

_busy = [-math.inf, -math.inf]
"""When the runs that follow each other began, and when the last of them ended."""

FORMAT = "{bar:24} step {n:,} of {total:,}, {remaining} left"


class Covered:
    """The processor's seconds that a bar would cover if somebody watched: from the second step on.

    A build shows no bar. This is how it knows for how long a reader would have seen none. A run
    within a run counts once.
    """

    def __init__(self) -> None:
        self.runs, self.before, self.since = 0, 0.0, 0.0

    def __enter__(self) -> None:
        if not self.runs:
            self.since = time.process_time()
        self.runs += 1

    def __exit__(self, *_: object) -> None:
        self.runs -= 1
        if not self.runs:
            self.before += time.process_time() - self.since

    def seconds(self) -> float:
        return self.before + (time.process_time() - self.since if self.runs else 0.0)


covered = Covered()


def progress(steps: int) -> Iterator[int]:
    """0, 1, …, steps − 1, with a bar on the screen from the third second on; it leaves no trace.

    The seconds count from the first of several runs without a pause between them.

    Shown in a notebook and in a terminal. Silent where the output is a file or another program's,
    and while the book is built, whose pages are the same however slow the machine is.
    """
    steps = _check.count(steps, "steps", least=0)
    if not _watched():
        yield from range(min(steps, 1))
        with covered:
            yield from range(1, steps)
        return
    # Imported here, since neither a build nor a page needs it. A line of text, also in a notebook:
    # unlike tqdm's widget, it is taken away again when the reader stops the run.
    from tqdm import tqdm

    class Bar(tqdm):
        monitor_interval = 0  # no thread that looks after the bar: each step asks the clock

    start = time.monotonic()
    if start - _busy[1] > PAUSE:
        _busy[0] = start
    bar = Bar(
        range(steps),
        file=sys.stdout,
        delay=max(0.0, PATIENCE - (start - _busy[0])),
        mininterval=REFRESH,
        miniters=1,
        position=0,
        leave=False,
        smoothing=0,  # the time left is that of the steps so far
        bar_format=FORMAT,
        ascii="·█",
    )
    try:
        yield from bar
    finally:
        _busy[1] = time.monotonic()
        bar.close()


def _watched() -> bool:
    building = bool(os.environ.get("FEEDFORWARD_KEPT"))
    in_notebook = type(sys.stdout).__module__.startswith("ipykernel.")
    return not building and (in_notebook or sys.stdout.isatty())
