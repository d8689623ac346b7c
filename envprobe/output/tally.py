"""Add up how far numbers are apart, pair by pair, in bounded memory. series.py feeds it; array.py has its own for arrays."""

from __future__ import annotations

import math
import statistics
import struct
from collections import Counter
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from .comparison import Deviation, Place
from .number import LARGEST, Agreement, Number, absolute_error, agree, is_finite, magnitude, ulp_distance
from .tolerance import Rule

if TYPE_CHECKING:
    from .array_number import Measured

SHOWN_PLACES = 3
EXACT_UP_TO = 1 << 16
BIN_SHIFT = 44
"""Bits of a float64 that a bin leaves out: 11 of exponent and 8 of mantissa stay, so a bin is 0.4 % wide."""


class Tally:
    """The running sums of one series of pairs of numbers."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.count = self.differing = self.outside = self.not_finite = 0
        self._absolute, self._relative = Spread(), Spread()
        self._max_ulp: int | None = None
        self._first: list[Place] = []
        self._worst: list[tuple[float, int, Place]] = []

    def add(self, where: int | None, expected: Number, observed: Number) -> Agreement:
        """Judge one pair and count it. `where` is its index, None for a single number."""
        self.count += 1
        agreement = agree(expected, observed, self.rule)
        if agreement is not Agreement.SAME:
            self._add_differing(where, expected, observed, agreement)
        return agreement

    def _add_differing(self, where: int | None, expected: Number, observed: Number, agreement: Agreement) -> None:
        self.differing += 1
        self.outside += agreement is Agreement.OUTSIDE
        if len(self._first) < SHOWN_PLACES:
            self._first.append(_place(where, expected, observed))
        if not (is_finite(expected) and is_finite(observed)):
            self.not_finite += 1
            return
        error = absolute_error(expected, observed)
        scale = magnitude(expected, observed)
        self._absolute.add(error)
        self._relative.add(error / scale if scale else 0.0)
        ulp = ulp_distance(expected, observed)
        if ulp is not None:
            self._max_ulp = max(ulp, self._max_ulp or 0)
        if len(self._worst) < SHOWN_PLACES or error > -self._worst[-1][0]:
            worst = (-error, self.count, _place(where, expected, observed))
            self._worst = sorted([*self._worst, worst], key=itemgetter(0, 1))[:SHOWN_PLACES]

    @property
    def least_worst(self) -> float:
        """The error that another one must exceed to be one of the worst."""
        return -self._worst[-1][0] if len(self._worst) == SHOWN_PLACES else -1.0

    def merge(self, measured: Measured) -> None:
        """Add what a piece of an array holds, of at most as many elements as are measured in full."""
        self.differing += measured.differing
        self.outside += measured.outside
        self.not_finite += measured.not_finite
        self._first += [_spot(spot) for spot in measured.first[: SHOWN_PLACES - len(self._first)]]
        worst = [*self._worst, *((-error, spot[0] + 1, _spot(spot)) for error, spot in measured.worst)]
        self._worst = sorted(worst, key=itemgetter(0, 1))[:SHOWN_PLACES]
        if measured.max_ulp is not None:
            self._max_ulp = max(measured.max_ulp, self._max_ulp or 0)
        for spread, errors in ((self._absolute, measured.absolute), (self._relative, measured.relative)):
            if errors is not None:
                spread.add_many(errors.sample)

    def deviation(self) -> Deviation:
        """Return what was added so far."""
        return Deviation(
            count=self.count,
            differing=self.differing,
            outside=self.outside,
            not_finite=self.not_finite,
            max_absolute=self._absolute.largest,
            mean_absolute=self._absolute.mean,
            median_absolute=self._absolute.median,
            max_relative=self._relative.largest,
            mean_relative=self._relative.mean,
            median_relative=self._relative.median,
            max_ulp=self._max_ulp,
            first=self._first,
            worst=[place for *_, place in self._worst],
        )


def _spot(spot: tuple[int, Any, Any]) -> Place:
    position, expected, observed = spot
    return _place(position, expected.item(), observed.item())


def _place(where: int | None, expected: Number, observed: Number) -> Place:
    return Place("" if where is None else f"[{where}]", repr(expected), repr(observed))


class Spread:
    """Largest, mean and median of errors; the median is exact for the first 65,536 and binned beyond."""

    def __init__(self) -> None:
        self.count = 0
        self.largest: float | None = None
        self._sum = 0.0
        self._few: list[float] = []
        self._blocks: list[Any] = []
        """Arrays of errors beside those few."""
        self._waiting = 0
        self._bins: Counter[int] = Counter()

    def add(self, error: float) -> None:
        self.count += 1
        self.largest = error if self.largest is None else max(self.largest, error)
        self._sum += error
        self._few.append(error)
        self._waiting += 1
        if self._waiting > EXACT_UP_TO:
            self._fill_bins()

    def add_many(self, errors: Any) -> None:
        """Add a numpy array of errors, which is not empty."""
        self.count += errors.size
        self.largest = max(float(errors.max()), self.largest or 0.0)
        self._sum += float(errors.sum())
        self._blocks.append(errors)
        self._waiting += errors.size
        if self._waiting > EXACT_UP_TO:
            self._fill_bins()

    def _fill_bins(self) -> None:
        self._bins.update(map(_bin, self._few))
        if self._blocks:
            import numpy  # which made them

            bins = numpy.concatenate(self._blocks).view(numpy.int64) >> BIN_SHIFT
            lowest = bins.min()
            counts = numpy.bincount(bins - lowest)
            filled = numpy.flatnonzero(counts)
            self._bins.update(dict(zip((filled + lowest).tolist(), counts[filled].tolist(), strict=True)))
        self._few, self._blocks, self._waiting = [], [], 0

    @property
    def mean(self) -> float | None:
        return min(self._sum, LARGEST) / self.count if self.count else None

    @property
    def median(self) -> float | None:
        if not self._bins:
            errors = self._few + [error for block in self._blocks for error in block.tolist()]
            return min(statistics.median(errors), LARGEST) if errors else None
        self._fill_bins()
        return binned_median(self._bins)


def _bin(error: float) -> int:
    bits: int = struct.unpack("<Q", struct.pack("<d", error))[0]
    return bits >> BIN_SHIFT


def binned_median(bins: Counter[int]) -> float:
    """Return the middle of the bin in which the middle error lies."""
    half = math.ceil(bins.total() / 2)
    for number in sorted(bins):
        half -= bins[number]
        if half <= 0:
            break
    value: float = struct.unpack("<d", struct.pack("<Q", (number << BIN_SHIFT) + (1 << (BIN_SHIFT - 1)) * (number > 0)))[0]
    return value
