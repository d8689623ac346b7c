"""Which numeric switch a set of moved records looks like."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

import msgspec

from .divergence import Divergence
from .model_pattern_table import MODEL_PATTERNS
from .pattern_table import ARITHMETIC_PATTERNS, CONTROLS, Pattern

PATTERNS = (*ARITHMETIC_PATTERNS, *MODEL_PATTERNS)

FACTS = frozenset(path for pattern in PATTERNS for path in pattern.facts)
"""Every fact that can rule a switch out."""
LIMIT = 3
MOMENTUM_LAYERS = ("embedding", "cell")
"""What momentum SGD trains; Adam trains the rest of the model."""


class Guess(msgspec.Struct, frozen=True, kw_only=True):
    """A switch that could have made what is seen."""

    switch: str
    why: str
    source: str


def guess(divergences: Iterable[Divergence], settled: AbstractSet[str] = frozenset()) -> list[Guess]:
    """Return the switches whose whole pattern this is, at most LIMIT, those with the most evidence first.

    Where something is more than rounding, only that is looked at: it hides among the rounding of another machine. A switch
    whose facts are all `settled`, known and equal on both sides, is not it. Where no whole pattern fits, several things
    changed at once: the switches that moved all that they move are returned, as parts of the cause. Where a control moved
    that no pattern speaks of, nothing is guessed.
    """
    everything = list(divergences)
    larger = [item for item in everything if not item.is_rounding]
    seen = tokens(larger or everything)
    possible = [pattern for pattern in PATTERNS if _is_possible(pattern, seen, bool(larger), settled)]
    whole = [item for item in possible if not item.stays & seen and not (seen & CONTROLS) - item.moves - item.moves_any]
    ranked = sorted(whole, key=lambda pattern: -len(pattern.moves) - len(pattern.stays))
    if ranked or seen & CONTROLS:
        return [_guess(pattern) for pattern in ranked[:LIMIT]]
    parts = sorted(filter(_tells_alone, possible), key=lambda pattern: -len(pattern.moves))
    return [_guess(pattern, "among other causes: ") for pattern in parts[:LIMIT]]


def _is_possible(pattern: Pattern, seen: AbstractSet[str], is_larger: bool, settled: AbstractSet[str]) -> bool:
    moved = pattern.moves <= seen and (not pattern.moves_any or bool(pattern.moves_any & seen))
    answered = bool(pattern.facts) and set(pattern.facts) <= settled
    return moved and not answered and pattern.size in ("any", "larger" if is_larger else "rounding")


def _tells_alone(pattern: Pattern) -> bool:
    """Tell whether what moves speaks for a switch whatever else moves: what the model computes follows from everything."""
    return any(not word.startswith("training/") for word in pattern.moves | pattern.moves_any)


def _guess(pattern: Pattern, lead: str = "") -> Guess:
    return Guess(switch=pattern.switch, why=lead + pattern.why, source=pattern.source)


def tokens(divergences: Iterable[Divergence]) -> frozenset[str]:
    """Return the words in which patterns speak: `stage/canary`, `training/stage`, `training/stage:how`, and `gpu`.

    `training/stage/adam`, `…/momentum` and `…/statistics` say whose variables moved: those of one optimizer, or the running
    statistics of batch normalisation, which none trains.
    """
    found: set[str] = set()
    for item in divergences:
        if item.part.endswith("-gpu"):
            found.add("gpu")
        elif item.part == "training":
            stage = f"training/{item.stage}"
            found |= {stage, f"{stage}:{item.how}", f"{stage}/{_trained_by(item.tensor)}"}
        else:
            found.add(f"{item.stage}/{item.tensor}")
    return frozenset(found)


def _trained_by(tensor: str) -> str:
    if ".moving_" in tensor:
        return "statistics"
    return "momentum" if tensor.partition(".")[0] in MOMENTUM_LAYERS else "adam"
