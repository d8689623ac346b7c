"""What inside of two nested values differs: the path of each difference, found by deepdiff."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .fact import Fact, Known, Value, canonical
from .spelling import cut, line, spell_value

if TYPE_CHECKING:
    from deepdiff import DeepDiff

SIZE_LIMIT = 64 << 10
"""Of each value as JSON: more takes longer than a reader waits."""
SHOWN = 20
WORDS_LIMIT = 120
ADDED = ("dictionary_item_added", "iterable_item_added")
REMOVED = ("dictionary_item_removed", "iterable_item_removed")
CHANGED = ("values_changed", "type_changes")


def inside(expected: Fact, observed: Fact) -> list[str]:
    """Return a line for each difference inside of two nested values, sorted; empty where one is flat, absent or too large."""
    if not isinstance(expected, Known) or not isinstance(observed, Known):
        return []
    both = expected.value, observed.value
    if not all(map(_is_nested, both)) or any(len(canonical(value)) > SIZE_LIMIT for value in both):
        return []
    from deepdiff import DeepDiff  # takes a third of a second to load, and is seldom needed

    lines = sorted(_lines(DeepDiff(*both, view="tree", ignore_nan_inequality=True)))
    return lines if len(lines) <= SHOWN else [*lines[:SHOWN], f"and {len(lines) - SHOWN} more"]


def _is_nested(value: Value) -> bool:
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(isinstance(item, dict | list) for item in items)


def _lines(found: DeepDiff) -> Iterator[str]:
    for kind in (*ADDED, *REMOVED, *CHANGED):
        for one in found.get(kind, ()):
            where = line(one.path().removeprefix("root"))
            left, right = (
                cut(spell_value(side), WORDS_LIMIT) if kind not in skip else "absent"
                for side, skip in ((one.t1, ADDED), (one.t2, REMOVED))
            )
            yield f"{where}: {left} != {right}"
