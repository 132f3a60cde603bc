"""The chapters' experiments: what they train and measure. Figures draw it, cells print it.

One module per chapter. An experiment is a function of plain values (numbers, names, tuples of them)
that returns arrays, and `@kept` makes it run once however many figures and cells ask for it.
"""

from __future__ import annotations

import hashlib
import os
import pickle
from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

FOLDER = "FEEDFORWARD_KEPT"
"""The environment variable that names a folder for results which processes share."""

Given = ParamSpec("Given")
Result = TypeVar("Result")


def kept(experiment: Callable[Given, Result]) -> Callable[Given, Result]:
    """Run `experiment` once for each set of arguments; whoever asks again gets the same object.

    In a notebook the results live as long as the kernel. A build of the book draws in several
    processes: where FEEDFORWARD_KEPT names a folder, the first one to ask runs the experiment, the
    others wait for its file. Who names the folder answers for its being of this very code.

    The arguments must be hashable, and their repr must say all about them. Never change a result.
    """

    @cache
    @wraps(experiment)
    def run(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        folder = os.environ.get(FOLDER)
        if not folder:
            return experiment(*args, **kwargs)
        from filelock import FileLock  # comes with PyTorch; needed on a build only

        call = f"{experiment.__module__}.{experiment.__qualname__}{args!r}{sorted(kwargs.items())}"
        path = Path(folder, hashlib.sha256(call.encode()).hexdigest()[:24])
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_suffix(".lock")):
            if path.exists():
                return pickle.loads(path.read_bytes())
            result = experiment(*args, **kwargs)
            partial = path.with_suffix(".partial")
            partial.write_bytes(pickle.dumps(result))
            partial.replace(path)  # an interrupted build leaves no half file under this name
            return result

    return run
