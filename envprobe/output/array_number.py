"""When two elements of arrays count as the same: the rules of number.py, a piece at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np

from .number import LARGEST
from .tally import SHOWN_PLACES
from .tolerance import Rule

ULP_BITS = {2: np.int16, 4: np.int32, 8: np.int64}
UNSIGNED = {2: np.uint16, 4: np.uint32, 8: np.uint64}
SMALLEST = 5e-324
"""Stands for a magnitude of 0, where the error is 0 too."""
Block = np.ndarray[Any, Any]
Type = np.dtype[Any]
Spot = tuple[int, Any, Any]
"""Position in the whole array, expected and observed element."""
WHOLE_SAMPLE, SAMPLE_STEP = 4096, 16
"""Errors of one piece that are all kept for the median, and the step beyond."""


class Pairs(NamedTuple):
    """The elements of one piece that differ."""

    offset: int
    places: Block | None
    """Where they lie in the piece; None where all of it differs."""
    ours: Block
    theirs: Block

    @classmethod
    def where(cls, mask: Block, offset: int, expected: Block, observed: Block) -> Pairs:
        """Return the pairs that a mask marks; nothing is copied where it marks all."""
        if mask.all():
            return cls(offset, None, expected, observed)
        places = np.flatnonzero(mask)
        return cls(offset, places, expected[places], observed[places])

    def select(self, mask: Block | slice) -> Pairs:
        """Return those of the pairs that a mask or a slice marks."""
        places = np.arange(len(self.ours))[mask] if self.places is None else self.places[mask]
        return Pairs(self.offset, places, self.ours[mask], self.theirs[mask])

    def spots(self, indices: Iterable[int]) -> list[Spot]:
        """Return some of the pairs, each with its position in the whole array."""
        places = range(len(self.ours)) if self.places is None else self.places
        return [(self.offset + int(places[index]), self.ours[index], self.theirs[index]) for index in indices]

    def first(self) -> list[Spot]:
        """Return the first ones."""
        return self.spots(range(min(SHOWN_PLACES, len(self.ours))))


class Errors(NamedTuple):
    """The errors of one piece, reduced: a piece's own arrays must not outlive it, or the next ones miss the cache."""

    size: int
    largest: float
    total: float
    sample: Block
    weight: int
    """How many errors each one of the sample stands for."""

    @classmethod
    def of(cls, values: Block) -> Errors:
        """Reduce the errors of one piece; there is at least one."""
        weight = 1 if values.size <= WHOLE_SAMPLE else SAMPLE_STEP
        return cls(values.size, float(values.max()), float(values.sum()), values[::weight].copy(), weight)


class Measured(NamedTuple):
    """What one piece holds."""

    differing: int
    outside: int
    first: list[Spot]
    not_finite: int = 0
    worst: Sequence[tuple[float, Spot]] = ()
    """The largest absolute errors, where they are larger than the third largest so far."""
    absolute: Errors | None = None
    """None where no finite numbers differ, or the piece was not measured in full."""
    relative: Errors | None = None
    max_ulp: int | None = None


def measure_values(offset: int, expected: Block, observed: Block) -> Measured:
    """Measure values that are no numbers: they are the same or they are not."""
    different = (
        np.asarray(_ticks(expected) != _ticks(observed)) if expected.dtype.kind in "Mm" else np.asarray(expected != observed)
    )
    pairs = Pairs.where(different, offset, expected, observed)
    count = len(pairs.ours)
    return Measured(count, count, pairs.first())


def _ticks(times: Block) -> Block:
    """Return times as their counts: NaT is not equal to itself."""
    native: Block = times.astype(times.dtype.newbyteorder("="), copy=False)
    return native.view(np.int64)


def measure_numbers(
    offset: int, expected: Block, observed: Block, rule: Rule, step_type: Type | None, known_worst: float, in_full: bool
) -> Measured:
    """Measure real numbers; only those that differ are touched after the first line.

    Counts, the largest absolute errors and their places are exact; the rest is measured only `in_full`.
    """
    pairs = Pairs.where(_different(expected, observed, rule.nan_equal), offset, expected, observed)
    not_finite, first = 0, pairs.first()
    with np.errstate(all="ignore"):
        error = _error(pairs.ours, pairs.theirs)
        if error.size and not np.isfinite(error.max()):
            special, pairs = _without_special(pairs, rule)
            not_finite = len(special.ours)
            first = sorted((*special.first(), *pairs.first()), key=itemgetter(0))[:SHOWN_PLACES]
            error = np.minimum(_error(pairs.ours, pairs.theirs), LARGEST)
        if not error.size:
            return Measured(not_finite, not_finite, first, not_finite)
        scale = _scale(pairs.ours, pairs.theirs) if in_full or not rule.is_exact else error
        needs_distance = in_full or rule.ulp is not None
        distance = _ulp_distance(pairs.ours, pairs.theirs, step_type) if step_type is not None and needs_distance else None
        outside = len(error) if rule.is_exact else int(np.count_nonzero(~_accepted(pairs, error, scale, distance, rule)))
        largest = float(error.max())
        return Measured(
            differing=not_finite + len(error),
            outside=not_finite + outside,
            first=first,
            not_finite=not_finite,
            worst=_worst(pairs, error) if largest > known_worst else [],
            absolute=Errors.of(error) if in_full else None,
            relative=Errors.of(np.divide(error, np.maximum(scale, SMALLEST, out=scale), out=scale)) if in_full else None,
            max_ulp=None if distance is None else int(distance.max()),
        )


def _worst(pairs: Pairs, error: Block) -> list[tuple[float, Spot]]:
    order = np.argsort(-error, kind="stable")[:SHOWN_PLACES]
    return [(float(error[index]), spot) for index, spot in zip(order, pairs.spots(order), strict=True)]


def _without_special(pairs: Pairs, rule: Rule) -> tuple[Pairs, Pairs]:
    """Return the pairs with NaN or infinity, without two NaN that count as the same, and the other pairs."""
    both_nan = np.isnan(pairs.ours) & np.isnan(pairs.theirs) & rule.nan_equal
    finite = np.isfinite(pairs.ours) & np.isfinite(pairs.theirs)
    return pairs.select(~finite & ~both_nan), pairs.select(finite)


def _accepted(pairs: Pairs, error: Block, scale: Block, distance: Block | None, rule: Rule) -> Block:
    accepted: Block = error == 0
    if rule.absolute is not None:
        accepted |= error <= rule.absolute
    if rule.relative is not None:
        accepted |= error <= rule.relative * scale
    if rule.ulp is not None and distance is not None:
        accepted |= distance <= distance.dtype.type(min(rule.ulp, np.iinfo(distance.dtype).max))
    if rule.signed_zero:
        accepted &= (error != 0) | (np.signbit(pairs.ours) == np.signbit(pairs.theirs))
    return accepted


def _different(expected: Block, observed: Block, nan_equal: bool) -> Block:
    """Return where two real blocks may not hold the same value: 0.0 and -0.0, and two NaN of other bits, count as different."""
    if expected.dtype.kind != "f" and observed.dtype.kind != "f":
        return np.asarray(expected != observed)
    if expected.dtype == observed.dtype and expected.dtype.isnative and expected.itemsize in ULP_BITS and nan_equal:
        bits = ULP_BITS[expected.itemsize]
        return np.asarray(expected.view(bits) != observed.view(bits))
    different: Block = (expected != observed) | (np.signbit(expected) != np.signbit(observed))
    return different & ~(np.isnan(expected) & np.isnan(observed)) if nan_equal else different


def _error(ours: Block, theirs: Block) -> Block:
    """Return |ours - theirs| as float64; integers are subtracted exactly before they are rounded."""
    if ours.dtype.kind in "iu" and theirs.dtype.kind in "iu":
        exact = ours.astype(np.uint64), theirs.astype(np.uint64)
        return np.where(ours > theirs, exact[0] - exact[1], exact[1] - exact[0]).astype(np.float64)
    error: Block = ours.astype(np.float64) - theirs.astype(np.float64)
    return np.abs(error, out=error)


def _scale(ours: Block, theirs: Block) -> Block:
    """Return the larger magnitude as float64."""
    left, right = ours.astype(np.float64), theirs.astype(np.float64)
    return np.maximum(np.abs(left, out=left), np.abs(right, out=right), out=left)


def step_type(expected: Type, observed: Type) -> Type | None:
    """Return the float type in which ULP are counted: the coarser of the two; None where neither is a float."""
    floats = [_real(kind) for kind in (expected, observed) if kind.kind in "fc"]
    coarsest = min(floats, key=lambda kind: kind.itemsize, default=None)
    return coarsest if coarsest is not None and coarsest.itemsize in ULP_BITS else None


def _real(kind: Type) -> Type:
    return np.dtype(f"f{kind.itemsize // 2}") if kind.kind == "c" else kind.newbyteorder("=")


def _ulp_distance(ours: Block, theirs: Block, kind: Type) -> Block:
    """Return the distances in steps of a float type, as unsigned integers of its width, which they always fit."""
    left, right = (np.ascontiguousarray(side, dtype=kind).view(ULP_BITS[kind.itemsize]) for side in (ours, theirs))
    if (left ^ right).min() >= 0:  # the same signs everywhere: bits are in the order of magnitudes
        return np.asarray(np.abs(left - right)).view(UNSIGNED[kind.itemsize])
    left, right = _steps(left), _steps(right)
    larger = np.maximum(left, right)
    return np.asarray(np.subtract(larger, np.minimum(left, right, out=left))).view(UNSIGNED[kind.itemsize])


def _steps(bits: Block) -> Block:
    """Number the values so that neighbours have neighbouring numbers; both zeros have 0.

    Positive floats are in the order of their bits; of the negative ones, the magnitude is negated.
    """
    sign = bits >> (8 * bits.itemsize - 1)  # -1 for a negative number, else 0
    return np.asarray((bits ^ (sign & np.iinfo(bits.dtype).max)) - sign)
