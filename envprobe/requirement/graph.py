"""Which packages of a lock are needed, and under which markers: a lock lists edges, an environment holds what they reach."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import TypeVar

N = TypeVar("N", bound=Hashable)
Path = frozenset[str]
"""Markers that hold together along a way from the root."""
ALWAYS: frozenset[Path] = frozenset([frozenset()])
ALTERNATIVES = 8
"""Ways to a package that are told apart. A package with more is declared as: this version, if it is there."""
MARKERS = 8
"""Markers along one way."""


def conditions(roots: Iterable[tuple[N, str]], edges: Callable[[N], Iterable[tuple[N, str]]]) -> Mapping[N, str | None]:
    """Return when each node that can be reached is needed: a marker, empty for always; None where that is too long to say.

    `roots` and `edges` yield nodes with the marker under which they are wanted.
    """
    found: dict[N, frozenset[Path] | None] = {}
    waiting: list[tuple[N, frozenset[Path] | None]] = [(node, _with(ALWAYS, marker)) for node, marker in roots]
    waiting.sort(key=lambda item: item[1] == ALWAYS)  # the last is taken first: what is always needed settles the most
    while waiting:
        node, ways = waiting.pop()
        if node in found:
            joined = _or(found[node], ways)
            if joined == found[node]:
                continue
            ways = joined
        found[node] = ways
        after = [(child, _with(ways, marker)) for child, marker in edges(node)]
        waiting += sorted(after, key=lambda item: item[1] == ALWAYS)
    return {node: None if ways is None else _spelled(ways) for node, ways in found.items()}


def _with(ways: frozenset[Path] | None, marker: str) -> frozenset[Path] | None:
    if ways is None or not marker:
        return ways
    longer = frozenset(way | {marker} for way in ways)
    return None if any(len(way) > MARKERS for way in longer) else longer


def _or(some: frozenset[Path] | None, more: frozenset[Path] | None) -> frozenset[Path] | None:
    """Join ways; one that asks for all that another asks, and more, adds nothing."""
    if ALWAYS in (some, more):
        return ALWAYS
    if some is None or more is None:
        return None
    ways = some | more
    shortest = frozenset(way for way in ways if not any(other < way for other in ways))
    return shortest if len(shortest) <= ALTERNATIVES else None


def _spelled(ways: frozenset[Path]) -> str:
    alternatives = sorted(" and ".join(_bracketed(sorted(way))) for way in ways)
    if "" in alternatives:
        return ""
    return alternatives[0] if len(alternatives) == 1 else " or ".join(f"({text})" for text in alternatives)


def _bracketed(markers: list[str]) -> Iterator[str]:
    alone = len(markers) == 1
    return (marker if alone or " or " not in marker else f"({marker})" for marker in markers)
