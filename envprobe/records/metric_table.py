"""The metrics of a record as a report shows them: of a list the last item, of several attempts mean ± SD, in few digits.

Decimal arithmetic of fixed precision: the same text on every machine and under every Python, because `verify` compares it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_EVEN, Context, Decimal

from .line import escape

DIGITS, SPREAD_DIGITS = 4, 2
"""Significant digits of a number, and of a standard deviation, which says how many of the mean's mean anything."""
PLUS_MINUS = "±"
NO_NUMBER = "-"
"""What stands for an attempt that has none."""
NOT_FINITE = frozenset({"nan", "inf", "-inf"})
"""As Python spells them: of a run that diverged. They have no part in a mean, and are counted beside it."""
_ITEM = re.compile(r"(.*)\[([0-9]{1,9})\]", re.DOTALL)
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,3})?")
_EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)


def rows(metrics: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return name and text of each metric: single numbers before the last items of lists, then by name."""
    return [(name, spell(metrics[name])) for name in _last(metrics)]


def in_order(names: Iterable[str]) -> list[str]:
    """Return names in the order of what a reader asks first: single numbers, the last items of lists, then all others."""
    names = list(names)
    first = _last(names)
    return [*first, *sorted({*names}.difference(first), key=_depth)]


def last_items(names: Iterable[str]) -> dict[str, str]:
    """Return the last item of each list, by the list's name: `loss` to `loss[9]`."""
    last: dict[str, tuple[int, str]] = {}
    for name in names:
        if item := _ITEM.fullmatch(name):
            last[item[1]] = max(last.get(item[1], (-1, "")), (int(item[2]), name))
    return {key: name for key, (_, name) in last.items()}


def _last(names: Iterable[str]) -> list[str]:
    names = {*names}
    single = [name for name in names if not _ITEM.fullmatch(name)]
    return sorted([*single, *last_items(names).values()], key=_depth)


def _depth(name: str) -> tuple[int, str]:
    return name.count("["), name


def spell(text: str) -> str:
    """Return a metric as a person writes it; text that is no number comes back escaped as the line is."""
    attempts = text.split(",")
    odd = [attempt for attempt in attempts if attempt in NOT_FINITE]
    numbers = [attempt for attempt in attempts if attempt != NO_NUMBER and attempt not in NOT_FINITE]
    if not numbers or not all(map(_NUMBER.fullmatch, numbers)):
        return escape(text)
    if len(attempts) == 1:
        return few_digits(text)
    count = f"(n={len(numbers)}{f', {len(odd)} not finite' if odd else ''})"
    return f"{few_digits(numbers[0])} {count}" if len(numbers) == 1 else f"{_mean(list(map(Decimal, numbers)))} {count}"


def few_digits(text: str) -> str:
    """Return a number in four significant digits; one that has no more, or is whole, as it is."""
    value = Decimal(text)
    if len(value.as_tuple().digits) <= DIGITS or text.lstrip("+-").isdigit():
        return text
    return _plain(Context(prec=DIGITS, rounding=ROUND_HALF_EVEN).plus(value))


def _mean(values: list[Decimal]) -> str:
    """Return mean ± sample standard deviation, both to the second digit of the deviation."""
    total = Decimal(0)
    for value in values:
        total = _EXACT.add(total, value)
    mean = _EXACT.divide(total, Decimal(len(values)))
    squares = Decimal(0)
    for value in values:
        deviation = _EXACT.subtract(value, mean)
        squares = _EXACT.add(squares, _EXACT.multiply(deviation, deviation))
    spread = _EXACT.sqrt(_EXACT.divide(squares, Decimal(len(values) - 1)))
    if not spread:
        return f"{few_digits(_plain(values[0]))} {PLUS_MINUS} 0"
    spread = Context(prec=SPREAD_DIGITS, rounding=ROUND_HALF_EVEN).plus(spread)
    exponent = min(spread.adjusted() - SPREAD_DIGITS + 1, 0)
    return f"{_plain(_rounded(mean, exponent))} {PLUS_MINUS} {_plain(_rounded(spread, exponent))}"


def _rounded(value: Decimal, exponent: int) -> Decimal:
    return value.quantize(Decimal((0, (1,), exponent)), context=Context(prec=2500, rounding=ROUND_HALF_EVEN))


def _plain(value: Decimal) -> str:
    """Return a number without an exponent, where that is short."""
    return f"{value:f}" if -6 <= value.adjusted() <= 9 else f"{value.normalize():e}".replace("e+", "e")
