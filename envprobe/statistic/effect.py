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


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """Two means and how sure they are, in units of the largest magnitude, so that squares neither overflow nor vanish."""

    unit: float
    recorded: float
    new: float
    scatter: float
    """The standard error of the change."""
    variances: tuple[float, float]
    """Of the recorded and of the new mean, squares of their standard errors."""
    shared: float = 0.0
    """The covariance of the means: that of pairs."""
    freedom: float
    """Degrees of freedom of the variances."""
    deviation: float
    """The standard deviation of single runs; of the differences where runs are paired."""

    @property
    def change(self) -> float:
        """The difference of the means, new - recorded, in the unit of the metric."""
        return self.unit * (self.new - self.recorded)

    @property
    def error(self) -> float:
        """The standard error of the change, in the unit of the metric."""
        return self.unit * self.scatter

    @property
    def spread(self) -> float:
        """The standard deviation of single runs, or of the differences of pairs, in the unit of the metric."""
        return self.unit * self.deviation

    def interval(self, level: float) -> tuple[float, float]:
        """Return the two-sided interval that misses the true change with probability `level`."""
        reach = quantile(level / 2, self.freedom) * self.error
        return self.change - reach, self.change + reach

    def interval_by_share(self, level: float) -> tuple[float, float] | None:
        """Return the interval of the change as a share of the recorded mean, whose own error counts (Fieller 1954).

        It is multiplied by that mean. None where the mean may be 0: then there is no share.
        """
        squared = quantile(level / 2, self.freedom) ** 2
        lead = self.recorded**2 - squared * self.variances[0]
        if lead <= 0:
            return None
        middle = self.recorded * self.new - squared * self.shared
        root = math.sqrt(max(0.0, middle**2 - lead * (self.new**2 - squared * self.variances[1])))
        ends = [self.unit * ((middle + sign * root) / lead - 1) * self.recorded for sign in (-1, 1)]
        return min(ends), max(ends)

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
    variance = (squares + more) / freedom
    variances = variance / ours, variance / theirs
    return Effect(
        unit=unit,
        recorded=mean,
        new=other,
        scatter=math.sqrt(sum(variances)),
        variances=variances,
        freedom=freedom,
        deviation=math.sqrt(variance),
    )


def apart(recorded: Sequence[float], new: Sequence[float]) -> Effect:
    """Return the effect where each group has its own spread: Welch's t test; pooled where a side has one run."""
    if min(len(recorded), len(new)) == 1:
        return pooled(recorded, new)
    unit = _unit(recorded, new)
    (ours, mean, squares), (theirs, other, more) = _moments(recorded, unit), _moments(new, unit)
    variances = squares / (ours - 1) / ours, more / (theirs - 1) / theirs
    first, second = (variance / (max(variances) or 1.0) for variance in variances)
    weight = first**2 / (ours - 1) + second**2 / (theirs - 1)
    freedom = (first + second) ** 2 / weight if weight else ours + theirs - 2
    return Effect(
        unit=unit,
        recorded=mean,
        new=other,
        scatter=math.sqrt(sum(variances)),
        variances=variances,
        freedom=freedom,
        deviation=math.sqrt((squares + more) / (ours + theirs - 2)),
    )


def paired(recorded: Sequence[float], new: Sequence[float]) -> Effect:
    """Return the effect of pairs, in order; needs two."""
    unit = _unit(recorded, new)
    (count, mean, squares), (_, other, more) = _moments(recorded, unit), _moments(new, unit)
    changes = _moments([after - before for before, after in zip(recorded, new, strict=True)], unit)[2]
    scale = count * (count - 1)
    return Effect(
        unit=unit,
        recorded=mean,
        new=other,
        scatter=math.sqrt(changes / scale),
        variances=(squares / scale, more / scale),
        shared=(squares + more - changes) / 2 / scale,
        freedom=count - 1,
        deviation=math.sqrt(changes / (count - 1)),
    )


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


def _unit(*groups: Sequence[float]) -> float:
    """Return the largest magnitude."""
    return max(abs(value) for values in groups for value in values) or 1.0


def _moments(values: Sequence[float], unit: float) -> tuple[int, float, float]:
    """Return count, mean and the sum of squared distances from it, in that unit."""
    scaled = [value / unit for value in values]
    mean = statistics.fmean(scaled)
    return len(scaled), mean, math.fsum((value - mean) ** 2 for value in scaled)
