"""Student's t distribution, central and not, of the standard library alone: scipy would take a second to import.

Held against scipy by tests. Sources: Press et al., *Numerical Recipes*, 3rd ed., section 6.4 (the incomplete beta function by
Lentz's continued fraction); the non-central tail is the mean of the normal one over the distribution of the estimated spread.
"""

from __future__ import annotations

import math
from functools import lru_cache

TINY = 1e-300
DIGITS = 1e-15
TERMS = 1000
"""Of the continued fraction, which needs about the square root of the larger parameter."""
SLICES = 400


def upper_tail(value: float, freedom: float) -> float:
    """Return the probability of more than `value`, for degrees of freedom above 0."""
    if value < 0:
        return 1 - upper_tail(-value, freedom)
    return _beta_share(freedom / 2, 0.5, freedom / (freedom + value * value)) / 2


@lru_cache(maxsize=4096)
def quantile(tail: float, freedom: float) -> float:
    """Return the value that is exceeded with probability `tail`, above 0 and up to a half."""
    low, high = 0.0, 1.0
    while upper_tail(high, freedom) > tail:
        low, high = high, 2 * high
    while high - low > DIGITS * high:
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if upper_tail(middle, freedom) > tail else (low, middle)
    return high


def shifted_tail(value: float, freedom: float, shift: float) -> float:
    """Return the probability of more than `value` where the numerator's mean is `shift`: the non-central t distribution.

    The sum runs over the logarithm of the estimated spread in units of the true one, where it is smooth: exact to seven digits
    from 3 degrees of freedom on and for shifts up to 10. It is for the power of tests.
    """
    reach = 9 / math.sqrt(2 * freedom)
    low, high = -reach - 22 / freedom, math.log1p(reach)
    scale = math.log(2) + freedom / 2 * math.log(freedom / 2) - math.lgamma(freedom / 2)
    step = (high - low) / SLICES
    total = 0.0
    for index in range(SLICES + 1):
        logarithm = low + index * step
        spread = math.exp(logarithm)
        density = math.exp(scale + freedom * (logarithm - spread * spread / 2))
        total += density * math.erfc((value * spread - shift) / math.sqrt(2)) / 2
    return min(1.0, total * step)


def _beta_share(a: float, b: float, x: float) -> float:
    """Return the regularized incomplete beta function I_x(a, b)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(a, b, x) / a
    return 1 - front * _fraction(b, a, 1 - x) / b


def _fraction(a: float, b: float, x: float) -> float:
    """Return the continued fraction of the incomplete beta function."""
    upper, lower = 1.0, 1 / _not_zero(1 - (a + b) * x / (a + 1))
    result = lower
    for m in range(1, TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            lower = 1 / _not_zero(1 + term * lower)
            upper = _not_zero(1 + term / upper)
            result *= lower * upper
        if abs(lower * upper - 1) < DIGITS:
            break
    return result


def _not_zero(value: float) -> float:
    return value if abs(value) > TINY else TINY
