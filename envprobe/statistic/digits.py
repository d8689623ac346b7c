"""Numbers with as many digits as a person would write: those that their uncertainty leaves standing."""

from __future__ import annotations

import math

DIGITS = 2
"""Of the uncertainty, as the Particle Data Group and NIST advise; the number itself ends at the same decimal."""
PLAIN_DECIMALS = 8
PLAIN_BELOW = 1e15


def spell(value: float, uncertainty: float = 0.0, *, sign: bool = False) -> str:
    """Return a number to the decimal that its uncertainty reaches; six significant digits where there is none."""
    plus = "+" if sign else ""
    if not (math.isfinite(value) and math.isfinite(uncertainty)) or uncertainty <= 0 or abs(value) >= PLAIN_BELOW:
        return f"{value:{plus}.6g}"
    decimals = DIGITS - 1 - math.floor(math.log10(uncertainty))
    if decimals > PLAIN_DECIMALS:
        first = math.floor(math.log10(abs(value))) if value else -decimals
        return f"{value:{plus}.{max(0, min(first + decimals, 16))}e}"
    return f"{round(value, decimals) + 0.0:{plus}.{max(0, decimals)}f}"


def percent(change: float, whole: float) -> str:
    """Return a change as a share of a whole, `+5.6 %`; empty where the whole is 0 or the share says nothing."""
    share = 100 * change / abs(whole) if whole else math.inf
    return f"{share:+.2g} %" if abs(share) < 1000 else ""


def counted(number: int, noun: str) -> str:
    """Return `1 run`, `5 runs`."""
    return f"{number:,} {noun}{'s' * (number != 1)}"
