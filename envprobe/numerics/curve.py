"""Two benchmarks side by side, for a picture: the losses step by step, and how many records moved at each stage."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias

import msgspec

from .distance import losses
from .trace import TraceRecord

Losses: TypeAlias = dict[int, float | None]
"""Step to loss; None where it is not finite."""


class Curve(msgspec.Struct, frozen=True, kw_only=True):
    """One loss of both runs; None where a run has no such step, or its loss is not finite."""

    name: str
    steps: list[int]
    expected: list[float | None]
    observed: list[float | None]


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """One stage of the run, or of one of its steps."""

    part: str
    stage: str
    step: int | None
    compared: int
    moved: int
    """How many of the compared records differ."""


def curves(expected: Sequence[TraceRecord], observed: Sequence[TraceRecord]) -> list[Curve]:
    """Return the losses of both runs on the CPU, in the order of the expected run; what only the observed one has comes last."""
    ours, theirs = _by_name(expected), _by_name(observed)
    return [_curve(name, ours.get(name, {}), theirs.get(name, {})) for name in dict.fromkeys([*ours, *theirs])]


def _curve(name: str, expected: Losses, observed: Losses) -> Curve:
    steps = sorted(expected.keys() | observed.keys())
    return Curve(name=name, steps=steps, expected=[*map(expected.get, steps)], observed=[*map(observed.get, steps)])


def _by_name(records: Sequence[TraceRecord]) -> dict[str, Losses]:
    found: dict[str, Losses] = {}
    for step, name, value in losses(records):
        found.setdefault(name, {})[step] = value if math.isfinite(value) else None
    return found


def stages(pairs: Sequence[tuple[TraceRecord | None, TraceRecord | None]]) -> list[Stage]:
    """Return how many records moved at each stage, in the order of the run."""
    same: dict[tuple[str, str, int | None], list[bool]] = {}
    for wanted, found in pairs:
        record = wanted or found
        if record is not None:
            is_same = wanted is not None and found is not None and wanted.same_bits(found)
            same.setdefault((record.part, record.stage, record.step), []).append(is_same)
    return [
        Stage(part=part, stage=stage, step=step, compared=len(told), moved=told.count(False))
        for (part, stage, step), told in same.items()
    ]
