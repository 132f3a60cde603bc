"""Exact linear regions of networks made of piecewise-linear units: on a line, and in a window.

Inside one region every unit stays on one of its straight pieces, so the network is one affine map
there. A layer's units are affine functions on each region of the layers below; where one of them
meets a kink, a line runs through the region and cuts it. Cutting layer by layer finds all regions.

**Why the count does not depend on a tolerance.** A cut depends on signs only: is a unit's
pre-activation at this corner above its kink, on it, or below? Floating-point arithmetic computes
each value with a bound on its own error. A value farther from zero than its bound has a certain
sign. For the few others the same sign is computed again in whole numbers: weights are floats, so
they are fractions with a power of two below, a corner is where two lines meet, and the sign is that
of a determinant of integers. A region is cut only where one corner is truly above and one truly
below. So the count is that of the network whose weights are exactly these floats.

Regions are those of Hanin and Rolnick (2019), *activation regions*: two neighbours count as two
even if the layers above happen to make the same affine map of both.

`bounds` has the formulas for the number of regions; `layers` reads a network; `affine` computes its
affine maps, with bounds on their rounding; `exact` computes them again in whole numbers; `cells`
has the intervals and polygons; `cutting` walks the layers; `line` and `window` are what one calls.
"""

from feedforward.regions.bounds import montufar_lower_bound, region_cap, zaslavsky
from feedforward.regions.layers import fold_batch_norm
from feedforward.regions.line import Pieces, pieces_on_line
from feedforward.regions.window import Region, Regions, regions_in_window

__all__ = [
    "Pieces",
    "Region",
    "Regions",
    "fold_batch_norm",
    "montufar_lower_bound",
    "pieces_on_line",
    "region_cap",
    "regions_in_window",
    "zaslavsky",
]
