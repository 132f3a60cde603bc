"""How fast linear regions are counted exactly, on one core, from a hundred of them to 10⁵.

    python -m benchmarks.regions

One network, and a window that grows: so only the number of regions changes, not the network. Times
are of the processor, the median of three rounds; every count is checked by the areas, whose sum
must be that of the window.
"""

import statistics
import time
from itertools import pairwise

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.report import machine, table
from feedforward.regions import regions_in_window

ROUNDS = 3
NETWORKS = {"2–32–32–32–32–1": (2, 32, 32, 32, 32, 1), "2–256–256–1": (2, 256, 256, 1)}
TARGETS = (100, 1_000, 10_000, 100_000)


def random_layers(widths: tuple[int, ...]) -> list[tuple[np.ndarray, np.ndarray]]:
    """He's weights and biases of standard deviation 0.3."""
    rng = np.random.default_rng(0)
    return [
        (rng.normal(0, np.sqrt(2 / n_in), (n_out, n_in)), rng.normal(0, 0.3, n_out))
        for n_in, n_out in pairwise(widths)
    ]


def half_side_for(layers: list, regions: int) -> float | None:
    """Half the side of a window with about so many regions; None if the network has too few."""
    low, high = 1e-3, 1e3
    if len(regions_in_window(layers, (-high, high, -high, high))) < regions:
        return None
    for _ in range(12):
        middle = np.sqrt(low * high)
        many = len(regions_in_window(layers, (-middle, middle, -middle, middle))) >= regions
        low, high = (low, middle) if many else (middle, high)
    return float(high)


def seconds(layers: list, half: float) -> tuple[int, float]:
    """(regions, median processor time)."""
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        found = regions_in_window(layers, (-half, half, -half, half))
        times.append(time.process_time() - start)
        assert abs(found.areas.sum() / (2 * half) ** 2 - 1) < 1e-12
    return len(found), statistics.median(times)


def measure() -> list[list[str]]:
    rows = []
    for name, widths in NETWORKS.items():
        layers = random_layers(widths)
        for target in TARGETS:
            half = half_side_for(layers, target)
            if half is None:
                continue
            count, elapsed = seconds(layers, half)
            rows.append(
                [
                    name,
                    f"{count:,}",
                    f"{elapsed:.3f}",
                    f"{1e6 * elapsed / count:.0f}",
                    f"{count / elapsed:,.0f}",
                ]
            )
    return rows


def main() -> None:
    with threadpool_limits(1):
        rows = measure()
    print(table(["network", "regions", "seconds", "µs a region", "regions a second"], rows))
    print(f"\n{machine()}; one core, median of {ROUNDS} rounds.")


if __name__ == "__main__":
    main()
