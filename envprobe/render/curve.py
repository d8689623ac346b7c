"""A trace drawn in a terminal: its class and its loss curves."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence

from ..numerics.distance import losses
from ..numerics.trace import Trace, numeric_class

BARS = "▁▂▃▄▅▆▇█"
LABEL_WIDTH = 18


def draw(trace: Trace, width: int) -> list[str]:
    """Return a trace as lines of at most `width` columns: its class, and one curve for each loss."""
    summary = f"{trace.kind}, {trace.mode}, {len(trace.records)} records"
    lines = [*_wrapped("run", summary, width), *_wrapped("numeric class", numeric_class(trace), width)]
    curves: dict[str, list[tuple[int, float]]] = {}
    for step, name, value in losses(trace.records):
        curves.setdefault(name, []).append((step, value))
    for name, points in curves.items():
        values = [value for _, value in points]
        ends = f"{values[0]:.6g} → {values[-1]:.6g}, steps {points[0][0]} to {points[-1][0]}"
        lines.append(_line(f"loss {name}", f"{sparkline(values, width - LABEL_WIDTH - len(ends) - 2)}  {ends}"))
    return [line[:width] for line in lines]


def sparkline(values: Sequence[float], width: int) -> str:
    """Return values as one line of bars, at most `width` of them, both ends among them; a value that is not finite is `!`."""
    count = min(len(values), max(width, 1))
    shown = [values[index * (len(values) - 1) // max(count - 1, 1)] for index in range(count)]
    finite = [value for value in shown if math.isfinite(value)]
    low, high = min(finite, default=0.0), max(finite, default=0.0)
    return "".join(_bar(value, low, high) for value in shown)


def _bar(value: float, low: float, high: float) -> str:
    if not math.isfinite(value):
        return "!"
    share = (value / 2 - low / 2) / (high / 2 - low / 2) if high > low else 0.0  # halves: high - low may overflow
    return BARS[min(int(share * len(BARS)), len(BARS) - 1)]


def _wrapped(label: str, words: str, width: int) -> list[str]:
    """Return words on as many lines as they need: a numeric class that is cut reads like another one."""
    rows = textwrap.wrap(words, max(width - LABEL_WIDTH, 8), break_on_hyphens=False)
    return [_line("" if index else label, row) for index, row in enumerate(rows)]


def _line(label: str, words: str) -> str:
    return f"{label:<{LABEL_WIDTH}}{words}"
