"""How far the means of two groups of runs are apart, with the error of that and its degrees of freedom.

Three designs. Pooled (Student): both groups are runs of one experiment, so they share one spread; one run of a side is enough.
Apart (Welch): each has its own spread. Paired: runs of the same seed, by their differences. Sources are in docs/experiments.md.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterator, Sequence

import msgspec

from .student import quantile, upper_tail

SMALLEST = 1e-300


class Effect(msgspec.Struct, frozen=True):
    """The difference of two means, new - recorded, in the unit of the metric."""

    change: float
    error: float
    """Its standard error."""
    freedom: float
    """Degrees of freedom of the error."""
    spread: float
    """The standard deviation of single runs; of the differences where runs are paired."""

    def interval(self, level: float) -> tuple[float, float]:
        """Return the two-sided interval that misses the true difference with probability `level`."""
        reach = quantile(level / 2, self.freedom) * self.error
        return self.change - reach, self.change + reach

    def chance(self, margin: float = 0.0) -> float:
        """Return the two-sided p value of a difference beyond ±`margin`."""
        return min(1.0, 2 * self._tail(abs(self.change) - margin))

    def chance_of_more(self, margin: float) -> float:
        """Return the p value of two one-sided tests (TOST) of a difference of `margin` or more."""
        return self._tail(margin - abs(self.change))

    def _tail(self, distance: float) -> float:
        if self.error <= abs(distance) * SMALLEST:
            return 0.0 if distance > 0 else 1.0
        return upper_tail(distance / self.error, self.freedom)


def pooled(recorded: Sequence[float], new: Sequence[float]) -> Effect:
    """Return the effect where both groups share one spread; needs three runs in all. Student's t test."""
    unit = _unit(recorded, new)
    (ours, mean, squares), (theirs, other, more) = _moments(recorded, unit), _moments(new, unit)
    freedom = ours + theirs - 2
    spread = math.sqrt((squares + more) / freedom)
    return _effect(other - mean, spread * math.sqrt(1 / ours + 1 / theirs), freedom, spread, unit)


def apart(recorded: Sequence[float], new: Sequence[float]) -> Effect:
    """Return the effect where each group has its own spread: Welch's t test; pooled where a side has one run."""
    if min(len(recorded), len(new)) == 1:
        return pooled(recorded, new)
    unit = _unit(recorded, new)
    (ours, mean, squares), (theirs, other, more) = _moments(recorded, unit), _moments(new, unit)
    first, second = squares / (ours - 1) / ours, more / (theirs - 1) / theirs
    total, largest = first + second, max(first, second) or 1.0
    weight = (first / largest) ** 2 / (ours - 1) + (second / largest) ** 2 / (theirs - 1)
    freedom = (total / largest) ** 2 / weight if weight else ours + theirs - 2
    return _effect(other - mean, math.sqrt(total), freedom, math.sqrt((squares + more) / (ours + theirs - 2)), unit)


def paired(recorded: Sequence[float], new: Sequence[float]) -> Effect:
    """Return the effect of pairs, in order; needs two."""
    changes = [after - before for before, after in zip(recorded, new, strict=True)]
    unit = _unit(changes)
    count, mean, squares = _moments(changes, unit)
    spread = math.sqrt(squares / (count - 1))
    return _effect(mean, spread / math.sqrt(count), count - 1, spread, unit)


def chance_on_every_scale(recorded: Sequence[float], new: Sequence[float]) -> float:
    """Return the p value of no difference between runs of one experiment: the largest of those on the scales that fit.

    Accuracies near 1 and losses near 0 are skewed, and one run among few is then easily far off. On the scale of log odds, or of
    logarithms, they are not; a difference between such runs must show there too.
    """
    return max(pooled(*sides).chance() for sides in _scales(recorded, new))


def _scales(recorded: Sequence[float], new: Sequence[float]) -> Iterator[tuple[Sequence[float], Sequence[float]]]:
    yield recorded, new
    every = [*recorded, *new]
    bend: Callable[[float], float] | None = None
    if min(every) > 0 and max(every) < 1:
        bend = _log_odds
    elif min(every) > 0:
        bend = math.log
    if bend is not None:
        yield list(map(bend, recorded)), list(map(bend, new))


def _log_odds(share: float) -> float:
    return math.log(share) - math.log1p(-share)


def _effect(change: float, error: float, freedom: float, spread: float, unit: float) -> Effect:
    return Effect(change * unit, error * unit, freedom, spread * unit)


def _unit(*groups: Sequence[float]) -> float:
    """Return the largest magnitude: in units of it squares neither overflow nor vanish."""
    return max(abs(value) for values in groups for value in values) or 1.0


def _moments(values: Sequence[float], unit: float) -> tuple[int, float, float]:
    """Return count, mean and the sum of squared distances from it."""
    scaled = [value / unit for value in values]
    mean = statistics.fmean(scaled)
    return len(scaled), mean, math.fsum((value - mean) ** 2 for value in scaled)
