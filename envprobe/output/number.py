"""When two numbers count as the same. Plain Python numbers here; array.py has the same rules for arrays."""

from __future__ import annotations

import math
import struct
import sys
from decimal import Context, Decimal, InvalidOperation
from enum import IntEnum

from .tolerance import Rule

Number = int | float
LARGEST = sys.float_info.max


class Wide(str):
    """The digits of a number that no float holds, such as 1e400 or 9007199254740993.0: its neighbour is another number."""

    __slots__ = ()


def fits(text: str, value: float) -> bool:
    """Tell whether a float is what its digits say: it rounds to them, or they are its shortest ones."""
    if repr(value) == text:
        return True
    try:
        digits = Decimal(text)
        if not digits.is_finite() or not math.isfinite(value):
            return not digits.is_finite() and not math.isfinite(value)
        if value == 0 or digits == 0:
            return value == 0 and digits == 0
        return (
            digits == Decimal(repr(value)) or Context(prec=max(len(digits.as_tuple().digits), 1)).create_decimal(value) == digits
        )
    except InvalidOperation:
        return False


def read_float(text: str) -> float | Wide:
    """Return a float, or the digits where no float is what they say."""
    value = float(text)
    return value if repr(value) == text or fits(text, value) else Wide(text)


class Agreement(IntEnum):
    """How well two values agree."""

    SAME = 0
    ACCEPTED = 1
    OUTSIDE = 2


def is_number(value: object) -> bool:
    """Tell whether a value is a number; true and false are not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def agree(expected: Number, observed: Number, rule: Rule) -> Agreement:
    """Judge two numbers by a rule."""
    if _is_nan(expected) or _is_nan(observed):
        both = _is_nan(expected) and _is_nan(observed)
        return Agreement.SAME if both and rule.nan_equal else Agreement.OUTSIDE
    if type(expected) is type(observed) and expected == observed:
        if not same_sign_of_zero(expected, observed):
            return Agreement.OUTSIDE if rule.tells_zeros_apart else Agreement.ACCEPTED
        return Agreement.SAME
    if rule.is_exact:
        return Agreement.OUTSIDE
    if expected == observed:
        return Agreement.ACCEPTED
    return Agreement.ACCEPTED if _is_close(expected, observed, rule) else Agreement.OUTSIDE


def _is_close(expected: Number, observed: Number, rule: Rule) -> bool:
    if is_infinite(expected) or is_infinite(observed):
        return False
    error = absolute_error(expected, observed)
    distance = ulp_distance(expected, observed)
    return (
        (rule.absolute is not None and error <= rule.absolute)
        or (rule.relative is not None and error <= rule.relative * magnitude(expected, observed))
        or (rule.ulp is not None and distance is not None and distance <= rule.ulp)
    )


def _is_nan(value: Number) -> bool:
    return isinstance(value, float) and math.isnan(value)


def is_infinite(value: Number) -> bool:
    """Tell whether a number is infinite; an integer of any length is not."""
    return isinstance(value, float) and math.isinf(value)


def is_finite(value: Number) -> bool:
    """Tell whether a number is neither NaN nor infinite."""
    return isinstance(value, int) or math.isfinite(value)


def same_sign_of_zero(expected: Number, observed: Number) -> bool:
    """Tell whether two equal numbers are not 0.0 and -0.0."""
    if expected != 0 or not isinstance(expected, float) or not isinstance(observed, float):
        return True
    return math.copysign(1, expected) == math.copysign(1, observed)


def absolute_error(expected: Number, observed: Number) -> float:
    """Return |expected - observed| of two finite numbers, at most the largest float."""
    try:
        return min(float(abs(expected - observed)), LARGEST)
    except OverflowError:
        return LARGEST


def magnitude(expected: Number, observed: Number) -> float:
    """Return the larger magnitude of two finite numbers, at most the largest float."""
    try:
        return min(float(max(abs(expected), abs(observed))), LARGEST)
    except OverflowError:
        return LARGEST


def ulp_distance(expected: Number, observed: Number) -> int | None:
    """Return how many float64 steps lie between two finite numbers; None for two integers, or one beyond float64."""
    if isinstance(expected, int) and isinstance(observed, int):
        return None
    try:
        return abs(_step(float(expected)) - _step(float(observed)))
    except OverflowError:
        return None


def _step(value: float) -> int:
    """Number the float64 values so that neighbours have neighbouring numbers; both zeros have 0."""
    bits: int = struct.unpack("<q", struct.pack("<d", value))[0]
    return bits if bits >= 0 else -(bits & 0x7FFF_FFFF_FFFF_FFFF)
