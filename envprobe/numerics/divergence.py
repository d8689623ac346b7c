"""The records of two traces side by side: which differ, how far, and whether that is more than rounding."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias, cast

import msgspec

from .distance import UNKNOWN, distance
from .tolerance import RoundingLimits
from .trace import Trace, TraceRecord

How = Literal["bits", "dtype", "shape", "raises", "missing", "added"]
Pair: TypeAlias = tuple[TraceRecord | None, TraceRecord | None]
"""The record of one tensor in the expected and in the observed trace."""
FIRST_PARTS = ("host", "operation", "training", "full")
"""What every trace has, those of the first probes too: there a record that is missing is a difference."""
GPU = "-gpu"


class Divergence(msgspec.Struct, frozen=True, kw_only=True):
    """A record that differs."""

    part: str
    stage: str
    step: int | None
    tensor: str
    how: How
    ulp: int | None = None
    """At the sampled element that is furthest off; None where no sampled element differs, or there is no distance."""
    relative: float | None = None
    """Scaled error, max|expected - observed| / max|expected|; None where there is no distance."""
    limit: float = 0.0
    """The largest scaled error that is rounding at this stage."""

    @property
    def is_rounding(self) -> bool:
        """Whether nothing but the order of sums is needed to explain it."""
        return self.how == "bits" and self.relative is not None and self.relative <= self.limit


def paired(expected: Trace, observed: Trace) -> list[Pair]:
    """Pair the records by key in the order of the expected run; what `left_out` names is not among them."""
    wanted, found = ({record.key: record for record in trace.records} for trace in (expected, observed))
    parts = left_out(expected, observed)
    keys = [key for key in {**wanted, **found} if key[0] not in parts or (key in wanted and key in found)]
    return [(wanted.get(key), found.get(key)) for key in keys]


def left_out(expected: Trace, observed: Trace) -> dict[str, str]:
    """Return the parts of which one side has records that the other cannot be blamed for, each with the reason.

    What both sides recorded of such a part is compared.
    """
    ours, theirs = ({record.key for record in trace.records} for trace in (expected, observed))
    found: dict[str, str] = {}
    for key in sorted(ours ^ theirs, key=str):
        part, side = key[0], "baseline" if key in theirs else "observed run"
        if part.startswith("full.") and expected.mode != observed.mode:
            found[part] = f"the {side} is a quick run"
        elif part.endswith(GPU) and not any(other[0] == part for other in (ours if key in theirs else theirs)):
            found[part] = f"the {side} has no GPU"
        elif part.removesuffix(GPU).partition(".")[0] not in FIRST_PARTS:
            count = sum(other[0] == part for other in ours ^ theirs)
            found[part] = f"{count} record{'s' * (count != 1)} that only one side has"
    return found


def diverging(pairs: list[Pair], tolerance: RoundingLimits) -> Iterator[Divergence]:
    """Yield every pair that differs, in the order of the run."""
    for wanted, found in pairs:
        if not (wanted and found and wanted.same_bits(found)):
            yield _divergence(wanted, found, tolerance)


def _divergence(wanted: TraceRecord | None, found: TraceRecord | None, tolerance: RoundingLimits) -> Divergence:
    record = wanted or cast(TraceRecord, found)
    apart = distance(wanted, found) if wanted and found else UNKNOWN
    return Divergence(
        part=record.part,
        stage=record.stage,
        step=record.step,
        tensor=record.tensor,
        how=_how(wanted, found),
        ulp=apart.ulp,
        relative=apart.relative,
        limit=tolerance.limit(record.stage, record.dtype),
    )


def _how(wanted: TraceRecord | None, found: TraceRecord | None) -> How:
    if found is None:
        return "missing"
    if wanted is None:
        return "added"
    if wanted.error != found.error:
        return "raises"
    if wanted.dtype != found.dtype:
        return "dtype"
    return "bits" if wanted.shape == found.shape else "shape"
