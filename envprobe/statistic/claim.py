"""Is a change of a mean at least, or at most, what was claimed? By its 95 % interval, in the unit of the metric.

Welch's interval where runs are independent, that of the differences where seeds match, Fieller's (1954) where the claim is a
share of the recorded mean, whose own error counts then. Sources are in docs/experiments.md.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

import msgspec

from .effect import apart
from .effect import paired as by_pairs
from .sample_size import ALPHA, MINIMUM_RUNS_EACH, runs_for_difference
from .settle import LARGEST

ALIKE = 1e-12
"""Of the largest number: 0.85 - 0.80 is 0.05, whatever its last bit."""
FEW = 5
"""Runs each side to begin with, where there are too few to say how many would decide."""
TOO_FEW = f"fewer than {MINIMUM_RUNS_EACH} runs of a side do not show how far another seed may be"
NOT_FINITE = "some runs gave NaN or infinity, and a mean without them would claim too much"
NEAR_ZERO = "the recorded mean is too near 0 for a change in percent; claim it in the metric's own unit"


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What runs say of a claimed change."""

    holds: bool | None
    """None where neither is shown."""
    effect: float | None = None
    interval: tuple[float, float] | None = None
    means: tuple[float, float] | None = None
    needed: int | None = None
    """Runs each side that would decide, four times in five, if effect and spread stay as they are."""
    why: str = ""


def decide(
    recorded: Sequence[float], new: Sequence[float], margin: float, *, at_most: bool, relative: bool, paired: bool
) -> Decision:
    """Decide whether the mean has changed by `margin` or more (or `at_most`). `relative` is a share of the recorded mean."""
    if not recorded or not new or not all(map(math.isfinite, (*recorded, *new))):
        return Decision(holds=None, why=NOT_FINITE)
    if max(map(abs, (*recorded, *new))) > LARGEST:
        return Decision(holds=None, why="the numbers are too large to compute with")
    means = statistics.fmean(recorded), statistics.fmean(new)
    effect = means[1] - means[0]
    if min(len(recorded), len(new)) < MINIMUM_RUNS_EACH:
        return Decision(holds=None, effect=effect, means=means, needed=FEW, why=TOO_FEW)
    found = (by_pairs if paired else apart)(recorded, new)
    interval = found.interval_by_share(ALPHA) if relative else found.interval(ALPHA)
    if interval is None:
        return Decision(holds=None, effect=effect, means=means, why=NEAR_ZERO)
    threshold = margin * abs(means[0]) if relative else margin
    holds = _holds(interval, threshold, at_most, ALIKE * found.unit)
    needed = None if holds is not None else runs_for_difference(found.spread, effect - threshold, alpha=ALPHA, paired=paired)
    return Decision(holds=holds, effect=effect, interval=interval, means=means, needed=needed)


def _holds(interval: tuple[float, float], threshold: float, at_most: bool, slack: float) -> bool | None:
    """Return whether all of an interval is where it should be; False where none of it is, None where some is."""
    low, high = interval[0] - threshold, interval[1] - threshold
    if at_most:
        low, high = -high, -low
    if low >= -slack:
        return True
    return False if high < -slack else None
