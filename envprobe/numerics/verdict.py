"""How near two runs of the benchmark are to each other."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from .divergence import Divergence


class TraceVerdict(Enum):
    """What comparing two traces, or a part of them, came to."""

    IDENTICAL = "identical"
    TOLERANCE = "tolerance"
    """The published spelling of *equivalent*: other bits, by rounding alone."""
    DIVERGED = "diverged"
    INCOMPARABLE = "incomparable"

    @property
    def rank(self) -> int:
        """Return how far apart the runs are: 0 for the nearest."""
        return list(TraceVerdict).index(self)


def verdict_of(divergences: Sequence[Divergence]) -> TraceVerdict:
    """Return the verdict on records of which these differ."""
    if not divergences:
        return TraceVerdict.IDENTICAL
    return TraceVerdict.TOLERANCE if all(item.is_rounding for item in divergences) else TraceVerdict.DIVERGED
