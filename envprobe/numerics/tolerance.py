"""How large a difference still is rounding: limits by stage, measured, and what a policy sets in their place.

Limits are of the scaled error, max|expected - observed| / max|expected| over one tensor, in units of the type's epsilon, so
that they hold for every precision. Each is about ten times the worst that was measured for a change of nothing but the order
of sums, at any step: through step 99 rounding was not seen to grow out of it. docs/numerics.md has the figures, and
tests/unit/numerics/test_margins.py holds the limits to what was recorded.
"""

from __future__ import annotations

import msgspec

EPSILON = {"float16": 2.0**-10, "bfloat16": 2.0**-7, "float32": 2.0**-23, "float64": 2.0**-52}
"""The distance of 1 to the next value. Types that are not listed are exact."""

LIMITS = {
    "libm": 16,
    "numpy": 16,
    "blas": 16,
    "lapack": 1024,
    "matmul": 64,
    "convolution": 128,
    "normalization": 64,
    "function": 16,
    "reduction": 512,
    "control": 16,
    "random": 4,
    "operation": 64,
    "data": 0,
    "init": 64,
    "forward": 64,
    "dropout": 4,
    "loss": 32,
    "gradient": 128,
    "update": 256,
    "weights": 96,
    "prediction": 32,
    "metric": 0,
    "epoch": 32,
    "final": 64,
    "python": 0,
    "tensorflow": 0,
    "float64": 64,
    "embedding": 64,
    "image": 16,
    "order": 0,
    "shuffle": 0,
    "hash": 0,
    "integer": 4,
    "float16": 16,
    "bfloat16": 8,
}
"""Stage to its limit, in epsilons, at every step."""
UNKNOWN_STAGE = 16
"""What holds for a stage that this version has not measured."""
COMPUTED_IN = {"epoch": "float32"}
"""Stages whose records are of another type than what they were computed in: Keras' history holds float32 as Python's floats."""


ANY_ORDER = {"ties": 1e6}
"""Stages of positions of equal elements, of which every order is as good: numpy sorts them by the width of its vectors."""


class RoundingLimits(msgspec.Struct, frozen=True, kw_only=True):
    """What a policy sets in place of the measured limits, as scaled errors; None leaves them. Nothing forbids any difference."""

    forward: float | None = None
    """For every stage but the following."""
    gradient: float | None = None
    update: float | None = None
    """For the weights, after any step."""

    def limit(self, stage: str, dtype: str) -> float:
        """Return the largest scaled error that counts as rounding."""
        if stage == "data" or dtype not in EPSILON:
            return ANY_ORDER.get(stage, 0.0)
        given = self._given(stage)
        return LIMITS.get(stage, UNKNOWN_STAGE) * EPSILON[COMPUTED_IN.get(stage, dtype)] if given is None else given

    def _given(self, stage: str) -> float | None:
        if stage == "gradient":
            return self.gradient
        return self.update if stage in ("update", "weights") else self.forward


DEFAULT = RoundingLimits()
