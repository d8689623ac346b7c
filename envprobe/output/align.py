"""Which items of two long series belong together: one that was left out is one that was left out, and shifts no other.

A patience diff (items that occur once on both sides are fixed points, and the longest run of them in order is kept) around
difflib for what is short in between; linear in the number of items, unlike difflib alone, and bounded in memory by a window.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import islice, pairwise
from typing import Generic, TypeVar

import msgspec

SHORT = 200
"""Items between two fixed points that difflib aligns; it takes cubic time at worst."""
FUZZY = 40
"""Items that are paired by likeness, where as many of one side are left over against other ones."""
FEW = 50
"""Fewer than one item in so many that is fixed is chance: everything else is then taken in turn."""
LIKE = 0.4
"""How alike two items must be to be one that was changed, and not one left out and another put in."""
WINDOW, LARGEST_WINDOW = 1 << 12, 1 << 16
T = TypeVar("T")
Span = tuple[int, int, int, int]
"""First and end of a part of both sides that is not the same."""
Likeness = Callable[[T, T], float]


class Pair(msgspec.Struct, Generic[T], frozen=True):
    """Two items that belong together and differ, or one that is on one side only."""

    expected_index: int
    expected: T | None
    observed_index: int
    observed: T | None


def spans(expected: Sequence[Hashable], observed: Sequence[Hashable]) -> Iterator[Span]:
    """Yield the parts in which two series differ, in order."""
    waiting: list[Span] = [(0, len(expected), 0, len(observed))]
    while waiting:
        first, end, other, other_end = _trimmed(expected, observed, waiting.pop())
        if first == end or other == other_end:
            if first != end or other != other_end:
                yield first, end, other, other_end
        elif max(end - first, other_end - other) <= SHORT:
            matcher = SequenceMatcher(None, expected[first:end], observed[other:other_end], autojunk=False)
            for tag, start, stop, other_start, other_stop in matcher.get_opcodes():
                if tag != "equal":
                    yield first + start, first + stop, other + other_start, other + other_stop
        elif fixed := _fixed_points(expected, observed, (first, end, other, other_end)):
            bounds = [(first - 1, other - 1), *fixed, (end, other_end)]
            between = [(a + 1, c, b + 1, d) for (a, b), (c, d) in pairwise(bounds)]
            waiting += reversed([span for span in between if span[0] < span[1] or span[2] < span[3]])
        else:
            yield first, end, other, other_end


def _trimmed(expected: Sequence[Hashable], observed: Sequence[Hashable], span: Span) -> Span:
    first, end, other, other_end = span
    while first < end and other < other_end and expected[first] == observed[other]:
        first, other = first + 1, other + 1
    while first < end and other < other_end and expected[end - 1] == observed[other_end - 1]:
        end, other_end = end - 1, other_end - 1
    return first, end, other, other_end


def _fixed_points(expected: Sequence[Hashable], observed: Sequence[Hashable], span: Span) -> list[tuple[int, int]]:
    """Return the longest series of places, rising on both sides, of items that occur once on each."""
    first, end, other, other_end = span
    ours, theirs = Counter(expected[first:end]), Counter(observed[other:other_end])
    places = {item: other + index for index, item in enumerate(observed[other:other_end]) if theirs[item] == 1}
    pairs = [
        (first + index, places[item]) for index, item in enumerate(expected[first:end]) if ours[item] == 1 and item in places
    ]
    found = _longest_rising(pairs)
    return found if len(found) * FEW >= min(end - first, other_end - other) else []


def _longest_rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    tails: list[int] = []
    tail_indices: list[int] = []
    before: list[int] = []
    for index, (_, place) in enumerate(pairs):
        length = bisect_left(tails, place)
        before.append(tail_indices[length - 1] if length else -1)
        tails[length:], tail_indices[length:] = (
            ([place], [index]) if length == len(tails) else (tails[length:], tail_indices[length:])
        )
        tails[length], tail_indices[length] = place, index
    found = []
    index = tail_indices[-1] if tail_indices else -1
    while index >= 0:
        found.append(pairs[index])
        index = before[index]
    return found[::-1]


def paired(expected: Sequence[T], observed: Sequence[T], likeness: Likeness[T]) -> list[tuple[int | None, int | None]]:
    """Return which items of two parts belong together: all in turn where they are as many, else the most alike ones."""
    if len(expected) == len(observed) or not expected or not observed or max(len(expected), len(observed)) > FUZZY:
        shared = min(len(expected), len(observed))
        rest = [(index, None) for index in range(shared, len(expected))] + [
            (None, index) for index in range(shared, len(observed))
        ]
        return [*((index, index) for index in range(shared)), *rest]
    return _most_alike([[likeness(ours, theirs) for theirs in observed] for ours in expected])


def _most_alike(likeness: list[list[float]]) -> list[tuple[int | None, int | None]]:
    """Return the pairs in order of which the likenesses add up to most."""
    rows, columns = len(likeness), len(likeness[0])
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for row in range(rows - 1, -1, -1):
        for column in range(columns - 1, -1, -1):
            alike = likeness[row][column]
            together = best[row + 1][column + 1] + alike if alike >= LIKE else 0.0
            best[row][column] = max(together, best[row + 1][column], best[row][column + 1])
    found: list[tuple[int | None, int | None]] = []
    row = column = 0
    while row < rows and column < columns:
        alike = likeness[row][column]
        if alike >= LIKE and best[row][column] == best[row + 1][column + 1] + alike:
            found.append((row, column))
            row, column = row + 1, column + 1
        elif best[row][column] == best[row + 1][column]:
            found.append((row, None))
            row += 1
        else:
            found.append((None, column))
            column += 1
    return [*found, *((index, None) for index in range(row, rows)), *((None, index) for index in range(column, columns))]


def aligned(
    expected: Iterable[T], observed: Iterable[T], likeness: Likeness[T], key: Callable[[T], Hashable] | None = None
) -> Iterator[Pair[T]]:
    """Yield what differs between two streams of items, each with its index; the items themselves are compared with `==`.

    `key` tells which items belong together where it is not the whole item. At most two windows are in memory.
    """
    return _Windows(iter(expected), iter(observed), likeness, key).pairs()


class _Windows(Generic[T]):
    """The part of both streams that is looked at."""

    def __init__(
        self, expected: Iterator[T], observed: Iterator[T], likeness: Likeness[T], key: Callable[[T], Hashable] | None
    ) -> None:
        self.sources = expected, observed
        self.likeness = likeness
        self.key = key
        self.ours: list[T] = []
        self.theirs: list[T] = []
        self.starts = [0, 0]
        """Index of the first item of each window."""
        self.size = WINDOW
        self.is_noisy = False
        """Whether nothing in common was found even in the largest window: then the next ones are not widened."""

    def pairs(self) -> Iterator[Pair[T]]:
        while self._fill():
            if self.ours == self.theirs:
                self._drop(len(self.ours), len(self.theirs))
                continue
            keys = self._keys()
            found = [] if keys[0] == keys[1] else list(spans(*keys))
            is_last = len(self.ours) < self.size and len(self.theirs) < self.size
            ends = (len(self.ours), len(self.theirs)) if is_last else self._settled(found)
            if ends == (0, 0):  # nothing in common: look further, then take the items in turn
                if self.size < LARGEST_WINDOW and not self.is_noisy:
                    self.size *= 4
                    continue
                self.is_noisy = True
                ends = self._in_turn()
                found = [(0, ends[0], 0, ends[1])]
            else:
                self.is_noisy = False
            yield from self._differing(found, ends)
            self._drop(*ends)

    def _in_turn(self) -> tuple[int, int]:
        """Return how many items are taken one by one: half a window, so that what follows may still be found alike."""
        shared = min(len(self.ours), len(self.theirs))
        half = max(shared // 2, min(shared, 1))
        return (half, half) if shared else (len(self.ours), len(self.theirs))

    def _fill(self) -> bool:
        for window, source in ((self.ours, self.sources[0]), (self.theirs, self.sources[1])):
            window += islice(source, max(0, self.size - len(window)))
        return bool(self.ours or self.theirs)

    def _keys(self) -> tuple[Sequence[Hashable], Sequence[Hashable]]:
        if self.key is None:
            return self.ours, self.theirs
        return [self.key(item) for item in self.ours], [self.key(item) for item in self.theirs]

    def _settled(self, found: list[Span]) -> tuple[int, int]:
        """Return the end of the part after which more items cannot change what belongs together: before the last difference."""
        first, end, other, other_end = (
            found[-1] if found else (len(self.ours), len(self.ours), len(self.theirs), len(self.theirs))
        )
        is_open = end == len(self.ours) or other_end == len(self.theirs)
        return (first, other) if is_open else (len(self.ours), len(self.theirs))

    def _differing(self, found: list[Span], ends: tuple[int, int]) -> Iterator[Pair[T]]:
        place = other_place = 0
        for first, end, other, other_end in [*found, (*ends[:1], ends[0], *ends[1:], ends[1])]:
            if first > ends[0] or other > ends[1] or (first, other) == ends != (end, other_end):
                break
            yield from self._between(place, other_place, first - place)
            for left, right in paired(self.ours[first:end], self.theirs[other:other_end], self.likeness):
                yield self._pair(None if left is None else first + left, None if right is None else other + right)
            place, other_place = end, other_end

    def _between(self, place: int, other: int, count: int) -> Iterator[Pair[T]]:
        """Yield the items that have the same key and differ all the same."""
        if self.key is not None and self.ours[place : place + count] != self.theirs[other : other + count]:
            for index in range(count):
                if self.ours[place + index] != self.theirs[other + index]:
                    yield self._pair(place + index, other + index)

    def _pair(self, left: int | None, right: int | None) -> Pair[T]:
        return Pair(
            self.starts[0] + (left or 0),
            None if left is None else self.ours[left],
            self.starts[1] + (right or 0),
            None if right is None else self.theirs[right],
        )

    def _drop(self, ours: int, theirs: int) -> None:
        del self.ours[:ours], self.theirs[:theirs]
        self.starts[0] += ours
        self.starts[1] += theirs
        self.size = WINDOW if ours or theirs else self.size
