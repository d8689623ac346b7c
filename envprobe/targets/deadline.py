"""How long the caller is ready to wait, for everything together."""

from __future__ import annotations

import math
import time

SHORTEST_S = 0.01
"""A library that is asked to wait no time at all calls that an error of ours."""


class Deadline:
    """Counts from when it is made. Without a number it never comes, and each step has its own limit alone."""

    def __init__(self, seconds: float = math.inf) -> None:
        self._end = time.monotonic() + seconds

    def left_s(self, at_most_s: float = math.inf) -> float:
        """Return how many seconds are left for one step that may take `at_most_s`; never quite none."""
        return max(min(at_most_s, self._end - time.monotonic()), SHORTEST_S)

    @property
    def is_over(self) -> bool:
        """Whether nothing is left."""
        return time.monotonic() >= self._end

    def grant(self, seconds: float) -> None:
        """See to it that this much is left, for taking away what was made: that is done after a deadline too."""
        self._end = max(self._end, time.monotonic() + seconds)
