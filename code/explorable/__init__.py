"""Figures that answer the reader's hand, with or without a kernel.

`explore(draw, slope=(0.0, 2.0, 0.1))` takes any function that returns a matplotlib
Figure and the abbreviations of `ipywidgets.interact`. In Jupyter the kernel draws.
When the environment variable EXPLORABLE_STATIC names a folder, every state is drawn
once instead, and the page needs no kernel. This package knows nothing of what is drawn.
"""

from explorable.explore import explore
from explorable.static import BudgetError

__all__ = ["BudgetError", "explore"]
