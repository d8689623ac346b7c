"""Read many decimals such as -0.25 at once, in numpy: the same floats as float() reads, bit for bit, in a tenth of the time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .array_number import Block

MOST_BEFORE, MOST_BEHIND = 16, 20
"""Digits before the point and behind it; zeros in front are digits too."""
EXACT_DIGITS = 18
"""So many digits fit 64 bits, whatever they are."""
ROOM = 900
"""What the first of 20 digits behind the point may be, in steps of 10**16, to fit 64 bits."""
WORD = 8
FRONT = b"0" * 3 * WORD
"""What stands in front of the first cell, so that words that end in it can be read."""
POWERS = 10.0 ** np.arange(MOST_BEHIND + 1)
"""Powers of ten, which a float holds exactly."""
TENS = np.array([10**power for power in range(EXACT_DIGITS + 1)] + [0] * (MOST_BEHIND - EXACT_DIGITS), np.uint64)
LAST = np.array([(1 << 64) - (1 << 8 * (WORD - count)) for count in range(WORD + 1)], np.uint64)
"""Masks that keep the last 0 to 8 characters of a word."""
STEPS = (
    (0x0F0F0F0F0F0F0F0F, 2561, 8),
    (0x00FF00FF00FF00FF, 6553601, 16),
    (0x0000FFFF0000FFFF, 42949672960001, 32),
)
"""Eight digits to a number: mask, factor and shift (D. Lemire, "Number parsing at a gigabyte per second", 2021)."""
SPLITTER = float((1 << 27) + 1)
SLACK = 2.0**-50
"""More than the relative error of the correction that is added last: two roundings."""
NEWLINE, MINUS, POINT, ZERO, SMALL_E = b"\n-.0e"


class Cut(NamedTuple):
    """Bytes cut into cells, and the floats of those that are plain decimals."""

    data: Block
    """The bytes behind FRONT."""
    marks: Block
    """All bytes that are no digits, in order."""
    starts: Block
    ends: Block
    values: Block
    """0 where a cell is no plain decimal."""
    is_decimal: Block
    is_negative: Block
    is_power: Block
    """Which cells hold an `e`, and may be floats such as 1.5e-05."""
    digits: Block
    """Characters of cells that are only digits, with or without a minus; 0 for the others."""

    def bytes_of(self, cell: int) -> bytes:
        """Return a cell as it stands."""
        return self.data[self.starts[cell] : self.ends[cell]].tobytes()

    def words(self) -> Block:
        """Return the eight bytes that begin at each place, as one number."""
        words: Block = np.ndarray((len(self.data) - WORD + 1,), "<u8", self.data, strides=(1,))
        return words


def cut_decimals(text: bytes, separators: bytes) -> Cut:
    """Cut bytes at separators, the last of which ends them, and read the decimals."""
    data = np.frombuffer(FRONT + text, np.uint8)
    marks = np.flatnonzero((data - np.uint8(ZERO)) > 9)
    kinds = data[marks]
    last = np.flatnonzero(np.logical_or.reduce([kinds == separator for separator in separators]))
    ends = marks[last]
    starts = np.empty_like(ends)
    starts[:1], starts[1:] = len(FRONT), ends[:-1] + 1
    count = np.diff(last, prepend=-1) - 1
    is_negative = data[starts] == MINUS
    before_last = np.maximum(last - 1, 0)
    points = marks[before_last]
    before, behind = points - starts - is_negative, ends - points - 1
    longest = np.where(data[starts + is_negative] == ZERO, 1, MOST_BEFORE)
    is_decimal = (kinds[before_last] == POINT) & (count == 1 + is_negative)
    is_decimal &= (before >= 1) & (before <= longest) & (behind >= 1) & (behind <= MOST_BEHIND)
    is_power = np.zeros(len(ends), bool)
    if (letters := np.flatnonzero((kinds | 0x20) == SMALL_E)).size:
        is_power[np.searchsorted(last, letters)] = True
    digits = np.where(count == is_negative, ends - starts, 0)
    found = Cut(data, kinds, starts, ends, np.zeros(len(ends)), is_decimal, is_negative, is_power, digits)
    if is_decimal.all():
        found.values[:] = _read(found, points, before, behind, is_negative, slice(None))
    elif is_decimal.any():
        some = np.flatnonzero(is_decimal)
        found.values[some] = _read(found, points[some], before[some], behind[some], is_negative[some], some)
    return found


def read_decimals(cells: Sequence[str]) -> Block | None:
    """Return the floats of texts that are all digits, a point and digits; None where one is spelled otherwise or is longer."""
    if not cells:
        return np.zeros(0)
    text = "\n".join(cells) + "\n"
    if not text.isascii():
        return None
    found = cut_decimals(text.encode(), b"\n")
    return found.values if len(found.ends) == len(cells) and found.is_decimal.all() else None


def read_integers(found: Cut, cells: Block) -> Block:
    """Return the integers of cells that are 1 to 16 digits, with or without a minus."""
    is_negative = found.is_negative[cells]
    values = _number(found.words(), found.ends[cells], found.digits[cells] - is_negative).astype(np.int64)
    return np.where(is_negative, -values, values)


def _read(cut: Cut, points: Block, before: Block, behind: Block, is_negative: Block, cells: Block | slice) -> Block:
    """Return the floats of some cells by where their points lie and how many digits are on either side."""
    words, ends = cut.words(), cut.ends[cells]
    first = _eight(words, ends - 2 * WORD, np.maximum(behind - 2 * WORD, 0))
    tail = _number(words, ends, np.minimum(behind, 2 * WORD))
    head = (
        (cut.data[points - 1] & np.uint8(15)).astype(np.uint64) if before.max(initial=0) == 1 else _number(words, points, before)
    )
    fit = (first < ROOM) & ((head == 0) | (before + behind <= EXACT_DIGITS))
    integers = np.where(fit, head * TENS[behind] + first * np.uint64(10**16) + tail, np.uint64(0))
    values, is_sure = _quotients(integers, behind)
    unsure = np.flatnonzero(~(is_sure & fit))
    places = unsure if isinstance(cells, slice) else cells[unsure]
    values[unsure] = [abs(float(cut.bytes_of(int(place)))) for place in places]
    return np.where(is_negative, -values, values)


def _number(words: Block, ends: Block, count: Block) -> Block:
    """Return the numbers that the last `count` digits before each place spell, 0 to 16 of them."""
    number = _eight(words, ends, np.minimum(count, WORD))
    if count.max(initial=0) > WORD:
        number += _eight(words, ends - WORD, np.clip(count - WORD, 0, WORD)) * np.uint64(10**WORD)
    return number


def _eight(words: Block, ends: Block, count: Block) -> Block:
    """Return the numbers that the last `count` digits before each place spell, 0 to 8 of them."""
    number: Block = words[ends - WORD] & LAST[count]
    for mask, factor, shift in STEPS:
        number &= np.uint64(mask)
        number *= np.uint64(factor)
        number >>= np.uint64(shift)
    return number


def _quotients(integers: Block, exponents: Block) -> tuple[Block, Block]:
    """Return integers / 10**exponents, and where they are sure to be the nearest floats.

    The quotient of the rounded integer is corrected by its remainder, which is exact (T. J. Dekker, "A floating-point technique
    for extending the available precision", 1971), and by what the rounding left out. It is sure where the correction's own
    error changes nothing.
    """
    powers = POWERS[exponents]
    rounded = integers.astype(np.float64)
    left_out = (integers - rounded.astype(np.uint64)).view(np.int64).astype(np.float64)
    quotient = rounded / powers
    product = quotient * powers
    high, low = _halves(quotient)
    power_high, power_low = (half[exponents] for half in POWER_HALVES)
    error = ((high * power_high - product) + high * power_low + low * power_high) + low * power_low
    correction = ((rounded - product) - error + left_out) / powers
    values = quotient + correction * (1 - SLACK)
    return values, values == quotient + correction * (1 + SLACK)


def _halves(values: Block) -> tuple[Block, Block]:
    """Return two floats of half the digits that add up to each value."""
    scaled = SPLITTER * values
    high = scaled - (scaled - values)
    return high, values - high


POWER_HALVES = _halves(POWERS)
