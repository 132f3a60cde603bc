"""The source of the book's own code, shown in a page and in a notebook as it stands in its file."""

from __future__ import annotations

import inspect
from textwrap import dedent
from types import ModuleType
from typing import Any

from feedforward import _check


class Source(str):
    """Python code: a notebook and a page of the book show it in colour."""

    def _repr_markdown_(self) -> str:
        return f"```python\n{self}```"

    def __repr__(self) -> str:
        return str(self)


def source(*things: Any) -> Source:
    """The code of functions, methods and classes, read from their files, one below the other.

    TypeError for what has no code in a file.

    >>> source(Source.__repr__)
    def __repr__(self) -> str:
        return str(self)
    <BLANKLINE>
    """
    return Source("\n\n".join(_code(thing, "each of things") for thing in things))


def source_between(module: ModuleType, start: str, end: str) -> Source:
    """The lines of a module from the first that begins with `start` to the next before `end`.

    ValueError where no line begins so.

    >>> import feedforward.source
    >>> source_between(feedforward.source, "import inspect", "from types")
    import inspect
    from textwrap import dedent
    <BLANKLINE>
    """
    lines = _code(module, "module").splitlines(keepends=True)
    begun = _first(lines, _check.kind(start, str, "start"), "start")
    ended = _first(lines[begun:], _check.kind(end, str, "end"), "end")
    return Source("".join(lines[begun : begun + ended]))


def _code(thing: Any, name: str) -> str:
    try:
        return dedent(inspect.getsource(thing))
    except (OSError, TypeError) as error:
        raise TypeError(f"{name} must have its code in a file: {error}") from None


def _first(lines: list[str], beginning: str, name: str) -> int:
    for i, line in enumerate(lines):
        if line.startswith(beginning):
            return i
    raise ValueError(f"{name} must be the beginning of a line, got {beginning!r}")
