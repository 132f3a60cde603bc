"""Random inputs for the checks, of all the kinds that a hand-picked list forgets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from feedforward.exercises.words import FEW

Array = np.ndarray

KINDS: dict[str, Callable[[np.random.Generator, tuple], object]] = {
    "whole": lambda rng, shape: rng.integers(-3, 4, shape),
    "positive": lambda rng, shape: rng.integers(1, 10, shape),
    "negative": lambda rng, shape: -rng.integers(1, 10, shape),
    "tied": lambda rng, shape: rng.choice(rng.integers(-3, 4, 2), shape),
    "quarters": lambda rng, shape: rng.integers(-12, 13, shape) / 4,
    "any": lambda rng, shape: rng.normal(size=shape).round(2),
    "large": lambda rng, shape: rng.choice([-800, -40, 0, 40, 800], shape),
    "huge": lambda rng, shape: 1e8 * rng.integers(-3, 4, shape),
    "tiny": lambda rng, shape: rng.integers(-3, 4, shape) / 1e8,
    "close": lambda rng, shape: rng.integers(-3, 4) + rng.integers(-3, 4, shape) / 1e8,
}
"""Random numbers of one kind each. None is sorted, and most have ties."""


def numbers(rng: np.random.Generator, *shape: int, kinds: Iterable[str] = tuple(KINDS)) -> Array:
    """An array of floats, all of one kind out of `kinds`."""
    return np.array(KINDS[_one_of(tuple(kinds), rng)](rng, shape), dtype=float)


def sizes(rng: np.random.Generator, count: int) -> tuple[int, ...]:
    """How many examples, features, layers …: often one, often equal, at times many."""
    return tuple(rng.integers(1, _one_of((3, 5, 20), rng), count).tolist())


def shape(rng: np.random.Generator, most: int = 4) -> tuple[int, ...]:
    """The shape of an array of one axis or more, which are short where they are many."""
    axes = int(rng.integers(1, most + 1))
    return sizes(rng, axes) if axes <= 2 else tuple(rng.integers(1, 4, axes).tolist())


def _one_of(things: Sequence, rng: np.random.Generator) -> object:
    return things[rng.integers(len(things))]


def retyped(arguments: tuple, rng: np.random.Generator) -> tuple:
    """The same numbers, often in other dtypes: all arrays in float32, or whole ones as integers."""
    kind = _one_of(("as drawn", "as drawn", "float32", "integers"), rng)
    arrays = [a for a in arguments if dtype_of(a) == np.float64]
    if kind == "float32" and arrays and all((np.float32(a) == a).all() for a in arrays):
        return tuple(np.float32(a) if dtype_of(a) == np.float64 else a for a in arguments)
    if kind == "integers" and any(map(_is_whole, arguments)):
        return tuple(_integers(a) if _is_whole(a) else a for a in arguments)
    return arguments


def dtype_of(argument: object) -> np.dtype | None:
    return argument.dtype if isinstance(argument, np.ndarray) else None


def _is_whole(argument: object) -> bool:
    """Floats without a fraction, in an array or alone."""
    if isinstance(argument, float):
        return argument.is_integer()
    return dtype_of(argument) == np.float64 and bool((argument == np.round(argument)).all())


def _count(argument: object) -> int:
    """How many numbers; `np.size` takes longer than all else that is done with a small array."""
    if isinstance(argument, np.ndarray):
        return argument.size
    return len(argument) if isinstance(argument, tuple) else 1


def _integers(argument: Array | float) -> Array | int:
    return argument.astype(np.int64) if isinstance(argument, np.ndarray) else int(argument)


@dataclass(frozen=True)
class Input:
    """The arguments of one call: as drawn, and in the dtypes in which they are passed."""

    names: tuple[str, ...]
    plain: tuple
    arguments: tuple

    def as_drawn(self) -> Input:
        return Input(self.names, self.plain, self.plain)

    @cached_property
    def words(self) -> str:
        """As it is said to a reader: x=[1.0, 2.0], n=3."""
        few = FEW if self.count <= FEW else 1
        return ", ".join(_word(*named, few) for named in self._named())

    @cached_property
    def size(self) -> tuple:
        """How many numbers it has, how long it is to write, and itself, to order all others."""
        exactly = (
            (a.shape, str(a.dtype), a.tobytes()) if isinstance(a, np.ndarray) else repr(a)
            for a in self.arguments
        )
        return self.count, len(self.words), *exactly

    @cached_property
    def count(self) -> int:
        return sum(_count(a) for a in self.arguments)

    def about_dtypes(self) -> str:
        kinds = [
            f"`{name}` is {dtype_of(a) or type(a).__name__}"
            for name, a in self._named()
            if dtype_of(a) or isinstance(a, int)
        ]
        words = f"The same numbers in float64 go right; here {', '.join(kinds)}."
        if np.int64 in map(dtype_of, self.arguments):
            words += " An array of integers, and what is made like it, holds no fractions."
        if np.float32 in map(dtype_of, self.arguments):
            words += " float32 has seven digits and ends at 3e38."
        return words

    def _named(self) -> Iterator[tuple[str, object]]:
        return zip(self.names, self.arguments, strict=True)


def _word(name: str, argument: object, few: int) -> str:
    if isinstance(argument, tuple) and len(argument) > FEW and len(set(argument)) == 1:
        return f"{name}={argument[:1]} * {len(argument)}"
    if isinstance(argument, np.ndarray):
        if argument.size > few:
            return f"{name} of shape {argument.shape}"
        argument = argument.tolist()
    return f"{name}={argument}"
