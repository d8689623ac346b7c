"""One row of the table: what was measured, beside what, and whether the target is met."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

UNITS = {"s": (1.0, 3), "ms": (1e3, 2), "MB": (1e-6, 0), "CPUs": (1.0, 2)}
"""How a value in seconds, bytes or processors is spelled in a unit: factor and digits."""
TIMES = "\N{MULTIPLICATION SIGN}"


class Row(NamedTuple):
    """A line of the table."""

    what: str
    ours: str
    peer: str
    value: str
    """The ratio to the peer, or the amount, which the target bounds."""
    target: str
    is_met: bool


def ratio(
    what: str,
    ours: Sequence[float],
    peer: str,
    peers: Sequence[float],
    *,
    unit: str = "s",
    at_most: float = 0,
    at_least: float = 0,
) -> Row:
    """Bound what is ours over what is a peer's, in the same rounds: the median of the ratios, round by round."""
    sign, bound = ("≥", at_least) if at_least else ("≤", at_most)
    value = median(a / b for a, b in zip(ours, peers, strict=True))
    beside = f"{peer}: {_spell(median(peers), unit)}"
    target = f"{sign} {round(bound, 2):g} {TIMES}"
    return Row(what, _spell(median(ours), unit), beside, f"{value:.2f} {TIMES}", target, _is_met(value, sign, bound))


def amount(what: str, values: Sequence[float], unit: str, *, at_most: float) -> Row:
    """Bound a median by itself; values are in seconds or bytes, the bound is in the unit."""
    factor, _ = UNITS[unit]
    spelled = _spell(median(values), unit)
    return Row(what, spelled, "", spelled, f"≤ {at_most:g} {unit}", _is_met(median(values) * factor, "≤", at_most))


def _is_met(value: float, sign: str, bound: float) -> bool:
    return value >= bound if sign == "≥" else value <= bound


def _spell(value: float, unit: str) -> str:
    factor, digits = UNITS[unit]
    return f"{value * factor:.{digits}f} {unit}"
