"""What a Tensor can do because an array can: operators, a shape, slices, reductions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from feedforward.graph.rules import Array, Axis


class ArrayMethods:
    """Operators and methods, each of which applies one operation of the table to `self`.

    The class that inherits them has `data`, an array, and `_apply`, which applies an operation.
    """

    __slots__ = ()

    data: Array
    _op: str | None
    _apply: Callable[..., Any]

    # NumPy then leaves `array * tensor` to __rmul__ instead of looping over the elements.
    __array_ufunc__ = None

    def __add__(self, other: Any) -> Any:
        return self._apply("add", self, other)

    def __radd__(self, other: Any) -> Any:
        return self._apply("add", other, self)

    def __sub__(self, other: Any) -> Any:
        return self._apply("sub", self, other)

    def __rsub__(self, other: Any) -> Any:
        return self._apply("sub", other, self)

    def __mul__(self, other: Any) -> Any:
        return self._apply("mul", self, other)

    def __rmul__(self, other: Any) -> Any:
        return self._apply("mul", other, self)

    def __truediv__(self, other: Any) -> Any:
        return self._apply("div", self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return self._apply("div", other, self)

    def __pow__(self, other: Any) -> Any:
        return self._apply("pow", self, other)

    def __rpow__(self, other: Any) -> Any:
        return self._apply("pow", other, self)

    def __matmul__(self, other: Any) -> Any:
        return self._apply("matmul", self, other)

    def __rmatmul__(self, other: Any) -> Any:
        return self._apply("matmul", other, self)

    def __neg__(self) -> Any:
        return self._apply("neg", self)

    def __abs__(self) -> Any:
        return self._apply("abs", self)

    def __getitem__(self, index: Any) -> Any:
        return self._apply("index", self, index=index)

    def sum(self, axis: Axis = None, keepdims: bool = False) -> Any:
        """Sum over `axis`, over all axes if None."""
        return self._apply("sum", self, axis=axis, keepdims=keepdims)

    def mean(self, axis: Axis = None, keepdims: bool = False) -> Any:
        """Mean over `axis`, over all axes if None."""
        return self._apply("mean", self, axis=axis, keepdims=keepdims)

    def max(self, axis: Axis = None, keepdims: bool = False) -> Any:
        """Largest element along `axis`, of all if None."""
        return self._apply("max", self, axis=axis, keepdims=keepdims)

    def reshape(self, *shape: int | tuple[int, ...]) -> Any:
        """The same numbers in another shape: reshape(2, 3) or reshape((2, 3))."""
        return self._apply("reshape", self, shape=shape[0] if len(shape) == 1 else shape)

    def transpose(self, *axes: int) -> Any:
        """Axes permuted; reversed if none are given."""
        return self._apply("transpose", self, axes=axes or None)

    @property
    def T(self) -> Any:
        return self.transpose()

    @property
    def shape(self) -> tuple[int, ...]:
        return self.data.shape

    @property
    def ndim(self) -> int:
        return self.data.ndim

    @property
    def size(self) -> int:
        return self.data.size

    @property
    def dtype(self) -> np.dtype:
        return self.data.dtype

    def __len__(self) -> int:
        return len(self.data)

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def __float__(self) -> float:
        return self.data.item()

    def __repr__(self) -> str:
        made = "" if self._op is None else f", op={self._op!r}"
        return f"Tensor({np.array2string(self.data, separator=', ')}{made})"

    def __bool__(self) -> bool:
        raise TypeError("a Tensor is neither true nor false: compare its .data")

    def __array__(self, dtype: Any = None, copy: Any = None) -> Array:
        raise TypeError(
            "a Tensor is not an array: use its .data for the numbers, or a function of "
            "feedforward.graph to compute with it"
        )
