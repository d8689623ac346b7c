"""From numbers to places in a picture, with round ticks. Any finite number has a place."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

LARGEST = 1e300
SMALLEST = 1e-300
"""Beyond, sums and quotients overflow or vanish; such numbers are drawn at the edge."""
STEPS = (1, 2, 5, 10)
TICKS = 6


class Tick(NamedTuple):
    """A round number on an axis."""

    place: float
    label: str


class Scale(NamedTuple):
    """Numbers from `low` to `high` drawn from `start` to `end`; what lies outside is drawn at the edge."""

    low: float
    high: float
    start: float
    end: float
    is_log: bool = False

    def place(self, value: float) -> float:
        """Return where a number is drawn, to a tenth of a pixel."""
        value = min(max(value, self.low), self.high)
        share = (self._bent(value) - self._bent(self.low)) / (self._bent(self.high) - self._bent(self.low))
        return round(self.start + share * (self.end - self.start), 1)

    def _bent(self, value: float) -> float:
        return math.log10(value) if self.is_log else value

    @property
    def ticks(self) -> list[Tick]:
        """A handful of round numbers inside."""
        if self.is_log:
            return [Tick(self.place(10.0**power), _power(power)) for power in _decades(self.low, self.high)]
        return [Tick(self.place(value), f"{value:.4g}") for value in _round_numbers(self.low, self.high)]


def linear(values: Iterable[float], start: float, end: float) -> Scale:
    """Return a scale on which all of these numbers lie, with a little room at both ends."""
    kept = [min(max(value, -LARGEST), LARGEST) for value in values] or [0.0, 1.0]
    low, high = min(kept), max(kept)
    room = 0.06 * (high - low)
    if high - low <= max(abs(high) * 1e-12, SMALLEST):  # too close for ticks that differ
        room = abs(high) / 2 or 1.0
    return Scale(low - room, high + room, start, end)


def logarithmic(values: Iterable[float], start: float, end: float) -> Scale:
    """Return a scale from one power of ten to another on which all of these numbers above zero lie."""
    kept = [min(max(value, SMALLEST), LARGEST) for value in values if value > 0] or [0.1, 1.0]
    first, last = math.floor(math.log10(min(kept))), math.ceil(math.log10(max(kept)))
    return Scale(10.0**first, 10.0 ** max(last, first + 1), start, end, is_log=True)


def _round_numbers(low: float, high: float) -> list[float]:
    rough = (high - low) / TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in STEPS if power * factor >= rough * 0.999)
    first, last = math.ceil(low / step), math.floor(high / step)
    return [index * step for index in range(first, last + 1)]


def _decades(low: float, high: float) -> list[int]:
    first, last = round(math.log10(low)), round(math.log10(high))
    return list(range(first, last + 1, -(-(last - first) // TICKS)))


def _power(power: int) -> str:
    """Spell a power of ten as narrow as can be: 0.01, 100, 1e-5."""
    return f"{10.0**power:g}" if -2 <= power <= 3 else f"1e{power}"
