"""How many runs show a difference of some size, and which difference some runs would have shown: the power of t tests.

Sources are in docs/outputs.md. A spread is the standard deviation of single runs or, where runs are paired by their seed, of the
differences; it has the unit of the metric.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

from .student import quantile, shifted_tail

ALPHA = 0.05
POWER = 0.8
MINIMUM_RUNS_EACH = 3
"""For two groups; fewer give no usable estimate of the spread of either."""
MAXIMUM_RUNS = 10_000
CLEAR_MULTIPLE = 100
"""A difference of 100 standard deviations needs no computation."""
PRECISION = 1e-6


def runs_for_difference(
    spread: float, difference: float, *, alpha: float = ALPHA, power: float = POWER, paired: bool = False
) -> int | None:
    """Return how many runs each side needs to show a difference of means, by a two-sided t test, with this power.

    None beyond 10,000.
    """

    def reached(count: int) -> float:
        freedom, error = _design(count, paired)
        return _power(abs(difference) / (spread * error), freedom, alpha)

    return _smallest_count(spread, difference, power, reached)


def runs_for_equivalence(
    spread: float, margin: float, *, alpha: float = ALPHA, power: float = POWER, paired: bool = False
) -> int | None:
    """Return how many runs each side needs to show by TOST that equal means are closer than `margin`, with this power.

    The power is the usual normal-theory approximation by the non-central t distribution at a true difference of 0.
    """

    def reached(count: int) -> float:
        freedom, error = _design(count, paired)
        return 2 * shifted_tail(quantile(alpha, freedom), freedom, abs(margin) / (spread * error)) - 1

    return _smallest_count(spread, margin, power, reached)


@lru_cache(maxsize=1024)
def detectable(freedom: float, alpha: float = ALPHA, power: float = POWER) -> float:
    """Return the shift, in standard errors, that a two-sided t test shows with this power."""
    low, high = 0.0, quantile(alpha / 2, freedom)
    while _power(high, freedom, alpha) < power:
        low, high = high, 2 * high
    while high - low > PRECISION * high:
        middle = (low + high) / 2
        low, high = (low, middle) if _power(middle, freedom, alpha) >= power else (middle, high)
    return high


def _design(count: int, paired: bool) -> tuple[int, float]:
    """Return the degrees of freedom, and the error of the difference of two means in units of the spread."""
    return (count - 1, math.sqrt(1 / count)) if paired else (2 * count - 2, math.sqrt(2 / count))


def _power(shift: float, freedom: float, alpha: float) -> float:
    critical = quantile(alpha / 2, freedom)
    return shifted_tail(critical, freedom, shift) + shifted_tail(critical, freedom, -shift)


def _smallest_count(spread: float, difference: float, power: float, reached: Callable[[int], float]) -> int | None:
    """Return the smallest number of runs whose power is reached: doubled until it is, then bisected."""
    if not (math.isfinite(spread) and math.isfinite(difference)) or difference == 0:
        return None
    low = high = MINIMUM_RUNS_EACH
    if spread == 0 or abs(difference) / spread > CLEAR_MULTIPLE:
        return low
    while reached(high) < power:
        low, high = high + 1, 2 * high
        if low > MAXIMUM_RUNS:
            return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if reached(middle) >= power else (middle + 1, high)
    return low
