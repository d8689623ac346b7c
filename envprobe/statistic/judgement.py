"""The nouns: one metric in the runs of both sides, and what the runs show of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import Enum

import msgspec


class Outcome(Enum):
    """What the runs show."""

    NO_DIFFERENCE = "no difference"
    """None is shown, by runs that would have shown one of a stated size."""
    EQUIVALENT = "equivalent"
    """The means are shown to be closer than the margin that was stated."""
    DIFFERENT = "different"
    """They are shown to differ, by more than the margin where one was stated."""
    UNDETERMINED = "undetermined"
    """The runs show neither. Never a pass."""


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One metric in the runs of both sides, in their order; None in a run that does not have it."""

    recorded: Sequence[float | None]
    new: Sequence[float | None]
    margin: float | None = None
    """The largest difference that does not matter, in the metric's unit and above 0; None asks whether there is any."""
    is_paired: bool = False
    """Whether the i-th runs of both sides had the same seed. Such runs are compared with each other, not with other seeds."""

    def finite(self) -> tuple[list[float], list[float]]:
        """Return the numbers that can be judged; of pairs, only whole ones."""
        if not self.is_paired:
            return _finite(self.recorded), _finite(self.new)
        pairs = zip(self.recorded, self.new, strict=True)
        kept = [(a, b) for a, b in pairs if a is not None and b is not None and math.isfinite(a) and math.isfinite(b)]
        return [before for before, _ in kept], [after for _, after in kept]

    def counts(self) -> tuple[int, int]:
        """Return how many runs of each side have the metric."""
        sides = self.recorded, self.new
        first, second = (sum(value is not None for value in side) for side in sides)
        return first, second

    def diverged(self) -> tuple[int, int]:
        """Return in how many runs of each side the metric is NaN or infinite."""
        sides = self.recorded, self.new
        first, second = (sum(value is not None and not math.isfinite(value) for value in side) for side in sides)
        return first, second


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """The result for one metric."""

    outcome: Outcome
    sentence: str
    """For a reader, with the numbers that it rests on."""
    change: float | None = None
    """The difference of the means, new - recorded; None where there are no numbers on both sides."""
    low: float | None = None
    """The interval of the change, at the level at which it was judged. None where there is none."""
    high: float | None = None
    runs: tuple[int, int] = (0, 0)
    """Recorded and new ones that it rests on."""
    p_value: float | None = None
    detectable: float | None = None
    """The change that these runs would have shown with 80 % power; None where a margin was stated."""
    runs_needed: int | None = None
    """How many runs, each side, would decide; None where it is decided, or more than 10,000."""


def _finite(values: Sequence[float | None]) -> list[float]:
    return [value for value in values if value is not None and math.isfinite(value)]
