"""What a comparator knows of one output in a few words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import islice

import msgspec

from .finding import Step, spell_path
from .number import Number

SHOWN_ITEMS = 1000
"""Metrics and parts that are kept of one output."""


SHOWN_STEPS = 100
"""Of a longer history every second step is kept, or every third, …, and the last."""
SHOWN_HISTORIES = 12
HISTORY_ROWS = 2000
"""A longer table is no history of a training, and its rows are not kept in memory."""


class NumberSeries(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One number over the steps of a training, as a column of its log has it."""

    steps: list[int]
    values: list[str]
    """Spelled so that they read back to the same bits; as many as there are steps."""


class Summary(msgspec.Struct, frozen=True):
    """Numbers and parts of one output."""

    metrics: dict[str, str] = {}
    """Single numbers by path, spelled so that they read back to the same bits."""
    parts: dict[str, str] = {}
    """Arrays, columns, images: type, shape and digest in words."""
    is_complete: bool = False
    """Whether two outputs with equal metrics and parts are the same."""
    unread: dict[str, str] = {}
    """Members that could not be read, with the reason."""
    hint: str = ""
    """What would let them be read."""
    histories: dict[str, NumberSeries] = {}
    """Columns of numbers in a short log, for pictures."""


def spelled(metrics: Iterable[tuple[tuple[Step, ...], Number]]) -> dict[str, str]:
    """Spell the first metrics, and one more as a sign that there are more.

    JSON has no NaN, and a float's `repr` reads back to the same bits.
    """
    return {spell_path(path): repr(value) for path, value in islice(metrics, SHOWN_ITEMS + 1)}


def history(steps: Sequence[int], values: Sequence[Number]) -> NumberSeries:
    """Return some of the steps of a history, spread evenly, the first and the last among them."""
    every = math.ceil(len(steps) / SHOWN_STEPS) or 1
    kept = sorted({*range(0, len(steps), every), len(steps) - 1}) if steps else []
    return NumberSeries([steps[index] for index in kept], [repr(values[index]) for index in kept])


def histories(rows: Sequence[Sequence[tuple[tuple[Step, ...], Number]]]) -> dict[str, NumberSeries]:
    """Return the numbers that all rows of a log have, by path; nothing where there are too few rows or too many."""
    if not 1 < len(rows) <= HISTORY_ROWS:
        return {}
    columns = [{spell_path(path): value for path, value in row} for row in rows]
    names = [name for name in columns[0] if all(name in column for column in columns)][:SHOWN_HISTORIES]
    return {name: history(range(len(rows)), [column[name] for column in columns]) for name in names}
