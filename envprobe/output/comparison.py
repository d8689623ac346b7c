"""What comparing two outputs found: differences, how far numbers are apart, and the verdict that follows."""

from __future__ import annotations

from enum import Enum

import msgspec

TELLING_ULP = 1_000_000
"""Beyond, a number of ULP tells a reader nothing; float32 values that were written as JSON are 536,870,912 apart."""


class OutputVerdict(Enum):
    """The answer for one output."""

    IDENTICAL = "identical"
    """Every value that counts is the same, or the bytes are."""
    TOLERANCE = "tolerance"
    """Something differs, and the rules accept all of it."""
    DIFFERS = "differs"
    UNDETERMINED = "undetermined"
    """The bytes differ, and what is in them could not be compared. Never a pass, and no accusation."""


class Place(msgspec.Struct, frozen=True):
    """One number that differs."""

    where: str
    """An index such as `[3, 4]`, empty for a single number."""
    expected: str
    observed: str


class Deviation(msgspec.Struct, frozen=True, kw_only=True):
    """How far two equally long series of numbers are apart.

    Errors are over the pairs of finite numbers that differ. The absolute error is |expected - observed|; the relative one is
    that divided by the larger magnitude of the two, so it is symmetric and at most 2. None where no such pair differs.
    """

    count: int
    differing: int
    outside: int
    """How many of the differing ones no rule accepts."""
    not_finite: int = 0
    """How many of the differing ones are NaN or infinite on either side."""
    is_sampled: bool = False
    """Whether mean, median, relative errors and ULP come from a part of the differing numbers, because they are so many."""
    max_absolute: float | None = None
    mean_absolute: float | None = None
    median_absolute: float | None = None
    """Exact up to 65,536 differing numbers, to 0.4 % beyond."""
    max_relative: float | None = None
    mean_relative: float | None = None
    median_relative: float | None = None
    max_ulp: int | None = None
    """Representable numbers in between, in the coarser of the two types; None for integers."""
    first: list[Place] = []
    worst: list[Place] = []
    """By absolute error, the largest first."""

    @property
    def sentence(self) -> str:
        """One line for a reader."""
        parts = [f"{self.differing:,} of {self.count:,} differ ({_percent(self.differing, self.count)})"]
        if self.outside != self.differing:
            parts.append(f"{self.outside:,} outside the tolerance")
        if self.not_finite:
            parts.append(f"{self.not_finite:,} not finite")
        for name, values in (
            ("absolute error", (self.max_absolute, self.mean_absolute, self.median_absolute)),
            ("relative error", (self.max_relative, self.mean_relative, self.median_relative)),
        ):
            if None not in values:
                parts.append(f"{name} {_three(values)}")
        if self.max_ulp is not None and self.max_ulp <= TELLING_ULP:
            parts.append(f"up to {self.max_ulp:,} ULP")
        if self.is_sampled:
            parts.append("all but the counts and the largest absolute error from a sample")
        return "; ".join(parts)


def _three(values: tuple[float | None, ...]) -> str:
    largest, mean, median = (f"{value:.3g}" for value in values)
    return largest if largest == mean == median else f"max {largest}, mean {mean}, median {median}"


def _percent(part: int, whole: int) -> str:
    share = 100 * part / whole if whole else 0.0
    return f"{share:.3g} %" if share >= 0.01 or not part else "under 0.01 %"


class OutputDifference(msgspec.Struct, frozen=True, kw_only=True):
    """One place inside an output that differs."""

    path: str
    """Inside the output: `metrics.accuracy`, `dense/kernel:0`, `line 12`; empty for the output as a whole."""
    kind: str
    """One of KINDS."""
    expected: str
    observed: str
    accepted: bool = False
    """Whether a rule of the tolerance accepts it."""
    deviation: Deviation | None = None
    """How far the numbers are apart; None where the values are no numbers."""
    why: str = ""
    """What repeated runs say about it, in one sentence; empty where nothing was asked of them."""


KINDS = {
    "added": "only in the observed output",
    "removed": "only in the expected output",
    "renamed": "the same place under another name",
    "number": "numbers that differ",
    "changed": "other values that differ",
    "type": "another type of value: text for a number, true for 1, float64 for float32",
    "shape": "another length, shape, size or number of rows",
    "order": "the same items in another order",
    "spelling": "the same number in other digits, which a rule with a limit accepts",
    "unread": "other bytes that could not be read here, so that nothing is known of them",
}


class OutputComparison(msgspec.Struct, frozen=True, kw_only=True):
    """The result for one output."""

    name: str
    type: str
    """The comparator's name, one of `output.COMPARATORS`."""
    compared_by: str
    """The type, or `bytes`, `text because …`, `bytes because …`: what the verdict rests on."""
    verdict: OutputVerdict
    same_bytes: bool
    differences: list[OutputDifference] = []
    """The first ones; those that no rule accepts come first."""
    count: int = 0
    """How many differences there are in all."""
    hint: str = ""
    """What to do to learn more, such as an extra to install."""
