"""Drawing every state of a figure, once: in parallel, and never again while nothing changed."""

import gc
import hashlib
import itertools
import math
import os
import pickle
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.figure import Figure

from explorable.controls import Control
from explorable.sources import fingerprint, local_sources
from explorable.svg import Element, figure_to_svg

Drawing = tuple[Element, str]
CORES = "EXPLORABLE_CORES"
"""The environment variable that names a folder with a file for each core of the machine.

Whoever has locked a file uses that core. Several kernels that draw at once share the cores so.
"""


def draw_states(
    draw: Callable, controls: Sequence[Control], fixed: dict, salt: str, cache: Path
) -> list[Drawing]:
    """The (svg, text) of every combination of the controls' values, the last varying fastest.

    Drawn in parallel processes and kept in `cache`, under a name that holds everything a
    drawing depends on. A failure in `draw` is raised again with the control values named.
    """
    states = [
        {**fixed, **dict(zip([c.name for c in controls], values, strict=True))}
        for values in itertools.product(*(c.values for c in controls))
    ]
    settings = _settings()
    key = _key(draw, states, salt, settings)
    kept = cache / f"{key}.pickle" if key else None
    if kept and kept.exists():
        return pickle.loads(kept.read_bytes())
    drawings = _draw_all(draw, states, salt, settings)
    if kept:
        cache.mkdir(parents=True, exist_ok=True)
        partial = kept.with_suffix(f".{os.getpid()}")
        partial.write_bytes(pickle.dumps(drawings))
        partial.replace(kept)  # a build stopped half way leaves no half file under this name
    return drawings


def draw_one(draw: Callable, state: dict, salt: str) -> Drawing:
    """Draw one state. Raises TypeError if `draw` returns neither a Figure nor (Figure, text)."""
    result = draw(**state)
    figure, text = result if isinstance(result, tuple) and len(result) == 2 else (result, "")
    if not isinstance(figure, Figure) or not isinstance(text, str):
        raise TypeError(
            f"{draw.__name__} returned {type(result).__name__}, "
            "expected a matplotlib Figure or a pair (Figure, text)"
        )
    return figure_to_svg(figure, salt), text


def _draw_all(draw: Callable, states: list[dict], salt: str, settings: dict) -> list[Drawing]:
    with _cores() as workers:
        if len(states) < 8 or workers == 1:
            return _draw_chunk(draw, states, salt, settings)
        from joblib import Parallel, delayed  # needed on a build only, not by readers

        size = math.ceil(len(states) / (4 * workers))
        chunks = [states[i : i + size] for i in range(0, len(states), size)]
        parts = Parallel(n_jobs=workers)(
            delayed(_draw_chunk)(draw, chunk, salt, settings) for chunk in chunks
        )
        return [drawing for part in parts for drawing in part]


@contextmanager
def _cores() -> Iterator[int]:
    """How many processes may draw: one for each core that nobody else uses, and this one."""
    folder = os.environ.get(CORES)
    if not folder:
        yield os.cpu_count() or 1
        return
    from filelock import FileLock, Timeout  # needed on a build only, not by readers

    with ExitStack() as taken:
        count = 1
        for core in sorted(Path(folder).glob("core*")):
            try:
                taken.enter_context(FileLock(core, blocking=False))
                count += 1
            except Timeout:
                continue
        yield count


def _draw_chunk(draw: Callable, states: list[dict], salt: str, settings: dict) -> list[Drawing]:
    drawings = []
    # A figure is a thicket of reference cycles: one collection a chunk is much faster than many.
    collecting = gc.isenabled()
    gc.disable()
    try:
        with matplotlib.rc_context(settings), warnings.catch_warnings():
            warnings.simplefilter("error")
            for state in states:
                try:
                    drawings.append(draw_one(draw, state, salt))
                except Exception as error:
                    values = ", ".join(f"{name}={value!r}" for name, value in state.items())
                    raise RuntimeError(
                        f"{draw.__name__}({values}) failed: {type(error).__name__}: {error}"
                    ) from error
    finally:
        if collecting:
            gc.enable()
    gc.collect()
    return drawings


def _settings() -> dict[str, Any]:
    """matplotlib's settings as they stand, for processes that did not see them being set."""
    return {k: v for k, v in matplotlib.rcParams.items() if not k.startswith(("backend", "webagg"))}


def _key(draw: Callable, states: list[dict], salt: str, settings: dict) -> str | None:
    """A name for the drawings' every input, or None where that cannot be known.

    A function typed into a notebook may use anything around it, so it is always drawn anew.
    """
    if draw.__module__ == "__main__" or "<locals>" in draw.__qualname__:
        return None
    sources = fingerprint(local_sources([draw.__module__, "explorable"]))
    parts = (draw.__module__, draw.__qualname__, sources, matplotlib.__version__, salt)
    return hashlib.sha256(repr((parts, states, sorted(settings.items()))).encode()).hexdigest()[:24]
