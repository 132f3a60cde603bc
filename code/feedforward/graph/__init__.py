"""Reverse-mode automatic differentiation on arrays, small enough to read in one sitting.

A `Tensor` is an array that remembers how it was computed. `backward()` walks that memory from the
last node to the first and multiplies by one derivative at each step. The derivatives are rows of
one table, `OPS`, in `feedforward.graph.core`, which is where to begin reading.

    >>> w = Tensor([1.0, 2.0])
    >>> cost = (w * w).sum()
    >>> cost.backward()
    >>> w.grad
    array([2., 4.])

Three rules make the whole design:

* **A Tensor wants a gradient, an array is a constant.** There is no flag to set.
* **Every function takes either.** `exp(array)` is an array, `exp(tensor)` a Tensor; so a cost or
  a unit is written once, and serves to plot and to train.
* **Gradients accumulate** in `.grad`, at every node of the graph, until you set it to None.

A Tensor's `data` may be changed in place between two passes (an optimizer does), but not between
a forward pass and its own backward pass, which reads the values again.
"""

from feedforward.graph.core import (
    OPS,
    Array,
    ArrayOrTensor,
    Op,
    Tensor,
    local_gradients,
    no_grad,
    nodes,
    value,
)
from feedforward.graph.functions import (
    affine,
    apply_unit,
    exp,
    log,
    logsumexp,
    matmul,
    max,
    maximum,
    mean,
    minimum,
    reshape,
    sqrt,
    sum,
    tanh,
    transpose,
    where,
    x_log_y,
)

__all__ = [
    "OPS",
    "Array",
    "ArrayOrTensor",
    "Op",
    "Tensor",
    "affine",
    "apply_unit",
    "exp",
    "local_gradients",
    "log",
    "logsumexp",
    "matmul",
    "max",
    "maximum",
    "mean",
    "minimum",
    "no_grad",
    "nodes",
    "reshape",
    "sqrt",
    "sum",
    "tanh",
    "transpose",
    "value",
    "where",
    "x_log_y",
]
