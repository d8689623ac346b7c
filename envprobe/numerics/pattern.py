"""Which numeric switch a set of moved records looks like."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

import msgspec

from .pattern_table import CONTROLS, PATTERNS, Pattern

Moved = tuple[str, str, str, str]
"""Part, stage, tensor, and how it differs, of one record."""
LIMIT = 3


class Guess(msgspec.Struct, frozen=True, kw_only=True):
    """A switch that could have made what is seen."""

    switch: str
    why: str
    source: str


def guess(moved: AbstractSet[Moved]) -> list[Guess]:
    """Return the switches whose whole pattern this is, at most LIMIT, those with the most evidence first.

    Where no whole pattern fits, several things changed at once: the switches that moved all that they move are returned, as
    parts of the cause. Where a control moved, which no switch of the table does, nothing is guessed.
    """
    seen = tokens(moved)
    if not seen or seen & CONTROLS:
        return []
    whole = [pattern for pattern in PATTERNS if pattern.moves <= seen and not pattern.stays & seen]
    ranked = sorted(whole, key=lambda pattern: -len(pattern.moves) - len(pattern.stays))
    if ranked:
        return [_guess(pattern) for pattern in ranked[:LIMIT]]
    parts = sorted((pattern for pattern in PATTERNS if pattern.moves <= seen), key=lambda pattern: -len(pattern.moves))
    return [_guess(pattern, "among other causes: ") for pattern in parts[:LIMIT]]


def _guess(pattern: Pattern, lead: str = "") -> Guess:
    return Guess(switch=pattern.switch, why=lead + pattern.why, source=pattern.source)


def tokens(moved: AbstractSet[Moved]) -> frozenset[str]:
    """Return the words in which patterns speak: `stage/canary`, `training/stage`, `training/stage:how`, and `gpu`."""
    found: set[str] = set()
    for part, stage, tensor, how in moved:
        if part.endswith("-gpu"):
            found.add("gpu")
        elif part == "training":
            found |= {f"training/{stage}", f"training/{stage}:{how}"}
        else:
            found.add(f"{stage}/{tensor}")
    return frozenset(found)
