"""Two traces to a verdict, the first divergence and how it grows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, cast

import msgspec

from .curve import Curve, Stage, curves, stages
from .distance import UNTOLD, distance
from .pattern import Guess, guess
from .tolerance import DEFAULT, JUDGED_STEPS, NOT_JUDGED, Tolerance
from .trace import Record, Trace, numeric_class

Pair = tuple[Record | None, Record | None]
"""The record of one tensor in the expected and in the observed trace."""
Verdict = Literal["identical", "tolerance", "diverged", "incomparable"]


class Divergence(msgspec.Struct, frozen=True, kw_only=True):
    """A record that differs."""

    part: str
    stage: str
    step: int | None
    tensor: str
    how: Literal["bits", "dtype", "shape", "raises", "missing", "added"]
    ulp: int | None = None
    """At the sampled element that is furthest off; None where no sampled element differs, or there is no distance."""
    relative: float | None = None
    """Scaled error, max|expected - observed| / max|expected|; None where there is no distance."""


class Growth(msgspec.Struct, frozen=True, kw_only=True):
    """How far the runs are apart after one step."""

    step: int
    loss: float | None
    """Largest scaled error of the losses; None where it cannot be told."""
    weights: float | None
    """Largest scaled error of the recorded weights; None where none are recorded after this step."""


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """What comparing two traces gave."""

    verdict: Verdict
    first_divergence: Divergence | None = None
    """In the order of the run; None where every record is equal."""
    divergences: list[Divergence] = []
    """The first divergence of each part."""
    compared: int = 0
    moved: int = 0
    """How many of the compared records differ."""
    growth: list[Growth] = []
    guesses: list[Guess] = []
    """Switches whose measured pattern this is, the best first."""
    expected_class: str = ""
    observed_class: str = ""
    hint: str = ""
    """What to do where there was nothing to compare with."""
    curves: list[Curve] = []
    """The losses of both runs."""
    stages: list[Stage] = []
    """How many records moved at each stage, in the order of the run."""


def compare(expected: Trace, observed: Trace, tolerance: Tolerance = DEFAULT) -> Comparison:
    """Compare two traces, bit by bit.

    `identical` needs every record equal and none missing. Of one numeric class, `tolerance` is a difference that is
    rounding at steps 0 and 1, everything else is `diverged`; of two classes with other bits the verdict is `incomparable`.
    A quick and a full trace are compared by what both record.
    """
    wanted_class, found_class = numeric_class(expected), numeric_class(observed)
    if expected.kind != observed.kind:
        return Comparison(
            verdict="incomparable",
            expected_class=wanted_class,
            observed_class=found_class,
            hint=f"one is a {expected.kind} run, the other a {observed.kind} run: install what the baseline had",
        )
    pairs = _paired(expected, observed)
    divergences = list(_diverging(pairs))
    if not divergences:
        return Comparison(
            verdict="identical",
            compared=len(pairs),
            expected_class=wanted_class,
            observed_class=found_class,
            curves=curves(expected.records, observed.records),
            stages=stages(pairs),
        )
    if any(_ran_out_of_memory(found) for _, found in pairs):
        same_class, hint = False, "a device had too little free memory for the run: end what fills it, and check again"
    else:
        same_class = wanted_class == found_class
        hint = "" if same_class else _RECORD_ONE
    within = all(_is_rounding(divergence, tolerance) for divergence in divergences)
    return Comparison(
        verdict=("tolerance" if within else "diverged") if same_class else "incomparable",
        first_divergence=divergences[0],
        divergences=_first_of_each_part(divergences),
        compared=len(pairs),
        moved=len(divergences),
        growth=_growth(pairs),
        guesses=guess(frozenset((d.part, d.stage, d.tensor, d.how) for d in divergences)),
        hint=hint,
        expected_class=wanted_class,
        observed_class=found_class,
        curves=curves(expected.records, observed.records),
        stages=stages(pairs),
    )


_RECORD_ONE = (
    "the baseline has no trace of this numeric class; if this environment is right: "
    "envprobe record TARGET --name NAME --add-trace"
)


def diverging(expected: Trace, observed: Trace) -> list[Divergence]:
    """Return every record that differs, in the order of the run."""
    return list(_diverging(_paired(expected, observed)))


def compare_with(traces: Mapping[str, Sequence[Trace]], observed: Trace, tolerance: Tolerance = DEFAULT) -> Comparison:
    """Compare with a baseline's traces by numeric class: with those of the observed class, else with the nearest one.

    Of several traces the one with the fewest differing records counts, so a class may hold every run that was seen on it.
    """
    of_class = list(traces.get(numeric_class(observed), ()))
    candidates = of_class or [trace for members in traces.values() for trace in members]
    if not candidates:
        return Comparison(verdict="incomparable", observed_class=numeric_class(observed), hint=_RECORD_ONE)
    found = [compare(trace, observed, tolerance) for trace in sorted(candidates, key=lambda trace: trace.id)]
    return min(found, key=lambda comparison: (not comparison.compared, comparison.moved))


def _paired(expected: Trace, observed: Trace) -> list[Pair]:
    """Pair the records by key in the order of the expected run; what only one of two modes records is left out."""
    wanted, found = _compared_records(expected, observed), _compared_records(observed, expected)
    pairs: list[Pair] = [(record, found.get(key)) for key, record in wanted.items()]
    return pairs + [(None, record) for key, record in found.items() if key not in wanted]


def _compared_records(trace: Trace, other: Trace) -> dict[tuple[str, str, str, int | None], Record]:
    both_full = trace.mode == other.mode
    return {record.key: record for record in trace.records if both_full or not record.part.startswith("full.")}


def _diverging(pairs: list[Pair]) -> Iterator[Divergence]:
    for wanted, found in pairs:
        if not (wanted and found and wanted.same_bits(found)):
            yield _divergence(wanted, found)


def _divergence(wanted: Record | None, found: Record | None) -> Divergence:
    record = wanted or cast(Record, found)
    apart = distance(wanted, found) if wanted and found else UNTOLD
    return Divergence(
        part=record.part,
        stage=record.stage,
        step=record.step,
        tensor=record.tensor,
        how=_how(wanted, found),
        ulp=apart.ulp,
        relative=apart.relative,
    )


def _how(wanted: Record | None, found: Record | None) -> Literal["bits", "dtype", "shape", "raises", "missing", "added"]:
    if found is None:
        return "missing"
    if wanted is None:
        return "added"
    if wanted.error != found.error:
        return "raises"
    if wanted.dtype != found.dtype:
        return "dtype"
    return "bits" if wanted.shape == found.shape else "shape"


def _ran_out_of_memory(found: Record | None) -> bool:
    return found is not None and found.error == "ResourceExhaustedError"


def _is_rounding(divergence: Divergence, tolerance: Tolerance) -> bool:
    """Tell whether a difference is small enough, or comes too late in the run to decide anything."""
    if divergence.how != "bits":
        return False
    if divergence.step not in JUDGED_STEPS or divergence.stage in NOT_JUDGED:
        return True
    return divergence.relative is not None and divergence.relative <= tolerance.limit(divergence.stage)


def _first_of_each_part(divergences: list[Divergence]) -> list[Divergence]:
    first: dict[str, Divergence] = {}
    for divergence in divergences:
        first.setdefault(divergence.part, divergence)
    return list(first.values())


def _growth(pairs: list[Pair]) -> list[Growth]:
    """Return the largest scaled errors after each step of the training run on the CPU."""
    errors: dict[tuple[int, str], list[float | None]] = {}
    for wanted, found in pairs:
        if wanted and found and wanted.part == "training" and wanted.step is not None:
            stage = "weights" if wanted.stage == "update" else wanted.stage
            errors.setdefault((wanted.step, stage), []).append(distance(wanted, found).relative)
    steps = sorted({step for step, _ in errors})
    return [
        Growth(step=step, loss=_largest(errors.get((step, "loss"))), weights=_largest(errors.get((step, "weights"))))
        for step in steps
    ]


def _largest(errors: list[float | None] | None) -> float | None:
    if not errors:
        return None
    told = [error for error in errors if error is not None]
    return max(told) if len(told) == len(errors) else None
