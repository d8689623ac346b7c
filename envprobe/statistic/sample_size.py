"""How many runs a claim of some size needs: the power of the t tests of statistic.py. Sources are in docs/outputs.md."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ..error import EnvprobeError, installing

MINIMUM_RUNS_EACH = 3
"""For two groups; fewer give no usable estimate of the spread of either."""
ALPHA = 0.05
POWER = 0.8
MAXIMUM_RUNS = 10_000
CLEAR_MULTIPLE = 100
"""A difference of 100 standard deviations needs no computation."""


def runs_for_difference(spread: float, difference: float, *, alpha: float = ALPHA, power: float = POWER) -> int | None:
    """Return how many runs each side needs to show a difference of means, by a two-sided t test, with this power.

    `spread` is the standard deviation of single runs, in the unit of `difference`. None beyond 10,000.
    """

    def reached(count: int) -> float:
        freedom, shift = 2 * count - 2, abs(difference) / (spread * math.sqrt(2 / count))
        stats = scipy_stats()
        critical = stats.t.ppf(1 - alpha / 2, freedom)
        return float(stats.nct.sf(critical, freedom, shift) + stats.nct.cdf(-critical, freedom, shift))

    return _smallest_count(spread, difference, power, reached)


def runs_for_equivalence(spread: float, margin: float, *, alpha: float = ALPHA, power: float = POWER) -> int | None:
    """Return how many runs each side needs to show by TOST that equal means are closer than `margin`, with this power.

    The power is the usual normal-theory approximation by the non-central t distribution at a true difference of 0.
    """

    def reached(count: int) -> float:
        freedom, shift = 2 * count - 2, abs(margin) / (spread * math.sqrt(2 / count))
        stats = scipy_stats()
        return float(2 * stats.nct.sf(stats.t.ppf(1 - alpha, freedom), freedom, shift) - 1)

    return _smallest_count(spread, margin, power, reached)


def _smallest_count(spread: float, difference: float, power: float, reached: Callable[[int], float]) -> int | None:
    """Return the smallest number of runs whose power is reached: doubled until it is, then bisected.

    Starting small matters: far beyond it scipy's non-central t distribution loses its digits.
    """
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


def scipy_stats() -> Any:
    """Import scipy's statistics, which takes most of a second. Raises EnvprobeError where scipy is not installed."""
    try:
        from scipy import stats
    except ImportError:
        raise EnvprobeError("scipy is not installed", installing("statistics")) from None
    return stats
