"""The cost of a load: what the work of the next days is on an agent, convex, so that it is shared out evenly.

With the share `u` of the capacity that is taken, a place costs u² and beyond the capacity 3 (u - 1)² more, read off a
line through its values at every fiftieth of the capacity: what the solver weighs is then exactly what is judged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    import numpy

    Numbers: TypeAlias = numpy.ndarray[Any, numpy.dtype[numpy.float64]]

STEPS: Final = 50
"""The pieces of the line within one capacity."""


def at_corner(step: int) -> float:
    """Return the cost for each place of the capacity where `step` fiftieths of it are taken."""
    share = step / STEPS
    return share**2 + 3 * max(share - 1, 0.0) ** 2


def slope(step: int) -> float:
    """Return what one more visit costs between two corners of the line."""
    return (at_corner(step + 1) - at_corner(step)) * STEPS


def cost(load: Numbers, capacity: Numbers) -> Numbers:
    """Return the cost of each load (visits) on its capacity (visits, above 0)."""
    import numpy

    shares = load / capacity * STEPS
    below = numpy.floor(shares)
    low, high = (_corners(at) for at in (below, below + 1))
    found: Numbers = capacity * (low + (shares - below) * (high - low))
    return found


def _corners(steps: Numbers) -> Numbers:
    import numpy

    share = steps / STEPS
    found: Numbers = share**2 + 3 * numpy.maximum(share - 1, 0.0) ** 2
    return found
