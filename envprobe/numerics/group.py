"""The model and the canaries told apart: whether what a team trains moved, or only an operation that it may never call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from .divergence import Divergence, Pair
from .verdict import TraceVerdict, verdict_of

MODEL = ("training", "full.training", "full.fit")
"""Parts of the run that are the Keras model; `-gpu` may follow."""


class RecordGroup(msgspec.Struct, frozen=True, kw_only=True):
    """What comparing the records of the model, or of the canaries, gave."""

    verdict: TraceVerdict
    compared: int
    moved: int
    tensors: list[str] = []
    """`stage/tensor` of each that differs, in the order of the run, once."""
    ulp: int | None = None
    """The most units in the last place, each at the sampled element that is furthest off; None where none is known."""
    relative: float | None = None
    """The scaled error of the record that is furthest off for its limit; None where one is unknown."""


def is_model(pair: Pair) -> bool:
    """Tell whether a pair of records belongs to the model."""
    record = pair[0] or pair[1]
    return record is not None and is_part_of_model(record.part)


def is_part_of_model(part: str) -> bool:
    """Tell whether a part of the run is the model's."""
    return part.removesuffix("-gpu") in MODEL


def group(pairs: Sequence[Pair], divergences: Iterable[Divergence]) -> RecordGroup | None:
    """Return what the divergences say of these records; None where there are none."""
    if not pairs:
        return None
    of_model = is_model(pairs[0])
    moved = [item for item in divergences if is_part_of_model(item.part) is of_model]
    sizes = [
        (item.relative / item.limit if item.limit else item.relative, item.relative)
        for item in moved
        if item.relative is not None
    ]
    return RecordGroup(
        verdict=verdict_of(moved),
        compared=len(pairs),
        moved=len(moved),
        tensors=list(dict.fromkeys(f"{item.stage}/{item.tensor}" for item in moved)),
        ulp=max((item.ulp for item in moved if item.ulp is not None), default=None),
        relative=max(sizes)[1] if sizes and len(sizes) == len(moved) else None,
    )
