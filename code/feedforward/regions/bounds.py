"""How many linear regions there can be: formulas, nothing is cut."""

from __future__ import annotations

import math
from collections.abc import Sequence

from feedforward import _check


def zaslavsky(n: int, d: int) -> int:
    """Σ_{j ≤ d} C(n, j): the regions that n hyperplanes in general position make of d dimensions.

    One layer of n units with one kink each has at most as many, and nearly always exactly as many.
    n, d: integers, at least 0; ValueError if one is below, TypeError if it is no integer.
    Source: Zaslavsky (1975).

    >>> zaslavsky(3, 2)  # three lines in the plane
    7
    """
    n, d = _check.count(n, "n", least=0), _check.count(d, "d", least=0)
    return sum(math.comb(n, j) for j in range(min(n, d) + 1))


def montufar_lower_bound(widths: Sequence[int]) -> int:
    """Regions that some ReLU network reaches: ∏_{l<L} ⌊n_l/n₀⌋^{n₀} · Σ_{j≤n₀} C(n_L, j).

    widths: integers (n₀, n₁, …, n_L), those of the input and of the hidden layers. ValueError if
    there is no hidden layer, or one that is narrower than the input.
    Source: Montúfar et al. (2014), theorem 4.

    >>> montufar_lower_bound((2, 4, 4))
    44
    """
    widths = _check.widths(widths)
    n_in, *hidden = widths
    if min(hidden) < n_in:
        raise ValueError(f"widths must have no hidden layer narrower than the input, got {widths}")
    return math.prod((n // n_in) ** n_in for n in hidden[:-1]) * zaslavsky(hidden[-1], n_in)


def region_cap(widths: Sequence[int]) -> int:
    """Regions that no ReLU network exceeds: ∏_l Σ_{j≤d_l} C(n_l, j), d_l the least of n₀ … n_{l−1}.

    Inside one region of the layers below, a layer sees at most d_l dimensions, so its n_l units cut
    it into at most Zaslavsky's number.
    widths: integers (n₀, n₁, …, n_L), those of the input and of the hidden layers. ValueError if
    there is no hidden layer.
    Source: Raghu et al. (2017), with the dimension that a narrow layer leaves.

    >>> region_cap((2, 4, 4))
    121
    """
    widths = _check.widths(widths)
    return math.prod(zaslavsky(n, min(widths[:i])) for i, n in enumerate(widths) if i)
