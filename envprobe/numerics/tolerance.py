"""How large a difference still counts as rounding."""

from __future__ import annotations

import msgspec


class Tolerance(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of the scaled error, max|expected - observed| / max|expected| over one tensor, by what the tensor is.

    Judged at steps 0 and 1 alone: there rounding and the next class, TF32, are decades apart; after 50 steps of Adam rounding
    alone has grown to 1e-2 in the weights. Measured bounds are in docs/numerics.md.
    """

    forward: float = 3e-5
    """Outputs of layers and operations, losses, initial weights."""
    gradient: float = 3e-5
    update: float = 3e-4
    """Weights after the first steps."""

    def limit(self, stage: str) -> float:
        """Return the limit that holds for a stage of the run; what is drawn from the probe's own generator is exact."""
        if stage == "data":
            return 0.0
        if stage == "gradient":
            return self.gradient
        if stage in ("update", "weights"):
            return self.update
        return self.forward


DEFAULT = Tolerance()
JUDGED_STEPS = (None, 0, 1)
"""Steps at which a difference decides; None is what comes before the first step."""
NOT_JUDGED = frozenset({"prediction", "metric"})
"""Stages that come after the last step: how far they are apart says how the run grows, not what caused it."""
