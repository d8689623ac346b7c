"""Many metrics judged at once, so that runs of the same experiment are seldom accused of any of them.

Holm's procedure holds the family at 5 % where runs are about normal. What it finds is shuffled, too: dealt into two groups in
every way, do these runs differ as much somewhere by chance? That asks nothing of their distribution, nor of how metrics move
together (Westfall and Young 1993). Sources are in docs/experiments.md.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import TypeVar

SHUFFLES = 1999
ADDITIONS = 4_000_000
"""About half a second; with so many metrics and runs that shuffling takes more there are fewer shuffles, at least LEAST."""
LEAST = 199
SEED = 20220516
NEARLY = 1 - 1e-9
"""Two sums in another order are the same."""

Name = TypeVar("Name", bound=Hashable)
Groups = tuple[Sequence[float | None], Sequence[float | None]]
"""One metric in each run of both sides; None in a run that does not have it. NaN and infinity are left out."""


def holm(chances: Mapping[Name, float], alpha: float) -> dict[Name, tuple[bool, float]]:
    """Return for each name whether it is rejected, and the level at which that was decided (Holm 1979)."""
    decided: dict[Name, tuple[bool, float]] = {}
    is_rejected, level = True, alpha
    for index, name in enumerate(sorted(chances, key=lambda name: chances[name])):
        if is_rejected:
            level = alpha / (len(chances) - index)
            is_rejected = chances[name] <= level
        decided[name] = is_rejected, level
    return decided


def shuffled_chance(metrics: Sequence[Groups]) -> float | None:
    """Return in which share of the ways to deal the runs into two such groups some metric differs as much as the most different.

    None where there are fewer than 20 ways: then none is rarer than 5 %. The same runs give the same share.
    """
    counts = len(metrics[0][0]), len(metrics[0][1])
    ways = math.comb(sum(counts), min(counts)) // (1 + (counts[0] == counts[1]))
    if ways < 1 / 0.05:
        return None
    columns = [_Column([*recorded, *new]) for recorded, new in metrics]
    members = tuple(range(counts[0], sum(counts)))
    observed = NEARLY * max(column.ratio(members) for column in columns)
    deals = list(_deals(counts, len(columns)))
    as_large = sum(any(column.ratio(deal) >= observed for column in columns) for deal in deals)
    is_every = len(deals) == math.comb(sum(counts), min(counts))
    return as_large / len(deals) if is_every else (as_large + 1) / (len(deals) + 1)


def _deals(counts: tuple[int, int], metrics: int) -> Iterator[tuple[int, ...]]:
    """Yield which runs are in the smaller group: every way, or a random part of many."""
    total, size = sum(counts), min(counts)
    limit = max(LEAST, min(SHUFFLES, ADDITIONS // (metrics * size)))
    if math.comb(total, size) <= limit:
        yield from itertools.combinations(range(total), size)
        return
    generator = random.Random(SEED)  # noqa: S311 - no secret: the same runs are dealt in the same ways
    yield from (tuple(generator.sample(range(total), size)) for _ in range(limit))


class _Column:
    """One metric in all runs, with the sums that every way to deal them shares."""

    def __init__(self, values: Sequence[float | None]) -> None:
        found = [value for value in values if value is not None and math.isfinite(value)]
        middle = sum(found) / len(found)
        self._values = [None if value is None or not math.isfinite(value) else value - middle for value in values]
        self._squares = math.fsum(value * value for value in self._values if value is not None)
        self._count = len(found)

    def ratio(self, members: Sequence[int]) -> float:
        """Return the share of all variation that lies between the members and the others: it grows with |t|."""
        inside = [value for index in members if (value := self._values[index]) is not None]
        others = self._count - len(inside)
        if not inside or not others or not self._squares:
            return 0.0
        total = math.fsum(inside)
        return total * total * self._count / (len(inside) * others * self._squares)
