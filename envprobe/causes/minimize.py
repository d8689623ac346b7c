"""Delta debugging: the smallest part of a set that still does it (Zeller and Hildebrandt, IEEE TSE 28(2), 2002). Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


def ddmin(
    items: Sequence[T], does_it: Callable[[Sequence[T]], bool], ahead: Callable[[list[list[T]]], object] = lambda parts: None
) -> list[T]:
    """Return a subset that does it and of which no single item can be left out; all of `items` are known to do it.

    `does_it` is asked for parts, and for what is left without a part; it need not be monotone, and is asked once for each set.
    `ahead` gets the sets that may be asked for next, so that they can be found out side by side.
    """
    known: dict[tuple[int, ...], bool] = {}

    def asked(part: Sequence[int]) -> bool:
        key = tuple(part)
        if key not in known:
            known[key] = does_it([items[index] for index in part])
        return known[key]

    left, parts = list(range(len(items))), 2
    while len(left) >= 2:
        chunks = [left[len(left) * i // parts : len(left) * (i + 1) // parts] for i in range(parts)]
        ahead([[items[index] for index in chunk] for chunk in chunks])
        smaller = next((chunk for chunk in chunks if asked(chunk)), None)
        if smaller is not None:
            left, parts = smaller, 2
            continue
        rests = [[index for index in left if index not in chunk] for chunk in chunks]
        if parts > 2:
            ahead([[items[index] for index in rest] for rest in rests])
        rest = next((rest for rest in rests if parts > 2 and asked(rest)), None)
        if rest is not None:
            left, parts = rest, max(parts - 1, 2)
        elif parts >= len(left):
            break
        else:
            parts = min(parts * 2, len(left))
    return [items[index] for index in left]
