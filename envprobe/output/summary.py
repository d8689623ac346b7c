"""What a comparator knows of one output in a few words."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

import msgspec

from .finding import Step, spell_path
from .number import Number

SHOWN_ITEMS = 1000
"""Metrics and parts that are kept of one output."""


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


def spelled(metrics: Iterable[tuple[tuple[Step, ...], Number]]) -> dict[str, str]:
    """Spell the first metrics, and one more as a sign that there are more.

    JSON has no NaN, and a float's `repr` reads back to the same bits.
    """
    return {spell_path(path): repr(value) for path, value in islice(metrics, SHOWN_ITEMS + 1)}
