"""What two experiments say of each other, beside their environments: outputs, seeds, claims, and what can be drawn of them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from .claim import ClaimResult
from .metric import History, MetricRuns
from .output import OutputComparison


class SameSeeds(msgspec.Struct, frozen=True):
    """Runs of both sides that had the same seed."""

    count: int
    broken: Sequence[int]
    """The seeds whose outputs are not the same, and that no rule accepts."""

    @property
    def sentence(self) -> str:
        """How many are not, and which the first ones are."""
        shown = ", ".join(map(str, self.broken[:5])) + (", …" if len(self.broken) > 5 else "")
        verb = "is" if len(self.broken) == 1 else "are"
        return f"{len(self.broken)} of {self.count} seed{'s' * (self.count != 1)} {verb} not bit-identical: {shown}"


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Of two runs; nothing of all that where an environment alone was compared."""

    outputs: Sequence[OutputComparison] = ()
    """By name."""
    seeds: SameSeeds = SameSeeds(0, ())
    claims: Sequence[ClaimResult] = ()
    metrics: Sequence[MetricRuns] = ()
    histories: Sequence[History] = ()
