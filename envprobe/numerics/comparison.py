"""Two traces to a verdict, the first divergence and how it grows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet

import msgspec

from .curve import Curve, Stage, curves, stages
from .distance import distance
from .divergence import GPU, Divergence, Pair, diverging, left_out, paired
from .group import RecordGroup, group, is_model
from .pattern import Guess, guess
from .tolerance import DEFAULT, RoundingLimits
from .trace import Trace, numeric_class
from .verdict import TraceVerdict, verdict_of


class Growth(msgspec.Struct, frozen=True, kw_only=True):
    """How far the runs are apart after one step."""

    step: int
    loss: float | None
    """Largest scaled error of the losses; None where it is unknown."""
    weights: float | None
    """Largest scaled error of the recorded weights; None where none are recorded after this step."""


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """What comparing two traces gave."""

    verdict: TraceVerdict
    equivalent: bool = False
    """Whether the bits differ by rounding alone: no record is missing, or further off than its stage and step allow."""
    model: RecordGroup | None = None
    """What the Keras model left, from its data to its metric; None where neither side ran it."""
    canaries: RecordGroup | None = None
    """What single operations left, on injected numbers."""
    first_divergence: Divergence | None = None
    """In the order of the run; None where every record is equal."""
    first_larger: Divergence | None = None
    """The first that is more than rounding; None where none is."""
    divergences: list[Divergence] = []
    """The first divergence of each part."""
    compared: int = 0
    moved: int = 0
    """How many of the compared records differ."""
    not_compared: dict[str, str] = {}
    """Part of the run to the reason why it was left out."""
    growth: list[Growth] = []
    guesses: list[Guess] = []
    """Switches whose measured pattern this is, the best first."""
    expected_class: str = ""
    observed_class: str = ""
    hint: str = ""
    """What to do next."""
    command: str = ""
    """What to type for that; empty where it takes no command."""
    curves: list[Curve] = []
    """The losses of both runs."""
    stages: list[Stage] = []
    """How many records moved at each stage, in the order of the run."""


def compare(
    expected: Trace, observed: Trace, tolerance: RoundingLimits = DEFAULT, settled: AbstractSet[str] = frozenset()
) -> Comparison:
    """Compare two traces, bit by bit; of what class they are decides nothing.

    `identical` needs every record equal and none missing; `tolerance` is a difference that is rounding at every stage and step;
    everything else is `diverged`. `incomparable` is left for another kind of run, and for one that could not run. A quick and a
    full trace are compared by what both record. What the facts in `settled` decide is not guessed to be the cause.
    """
    if expected.kind != observed.kind:
        return Comparison(
            verdict=TraceVerdict.INCOMPARABLE,
            expected_class=numeric_class(expected),
            observed_class=numeric_class(observed),
            hint=f"one is a {expected.kind} run, the other a {observed.kind} run: install what the baseline had",
        )
    pairs, omitted = paired(expected, observed), left_out(expected, observed)
    divergences = list(diverging(pairs, tolerance))
    larger = [divergence for divergence in divergences if not divergence.is_rounding]
    hint = _ran_out_of_memory(pairs) or ("" if larger else _without_gpu(omitted))
    verdict = TraceVerdict.INCOMPARABLE if hint else verdict_of(divergences)
    return Comparison(
        verdict=verdict,
        equivalent=verdict is TraceVerdict.TOLERANCE,
        model=group([pair for pair in pairs if is_model(pair)], divergences),
        canaries=group([pair for pair in pairs if not is_model(pair)], divergences),
        first_divergence=divergences[0] if divergences else None,
        first_larger=larger[0] if larger else None,
        divergences=_first_of_each_part(divergences),
        compared=len(pairs),
        moved=len(divergences),
        not_compared=omitted,
        growth=_growth(pairs) if divergences else [],
        guesses=guess(divergences, settled),
        hint=hint,
        expected_class=numeric_class(expected),
        observed_class=numeric_class(observed),
        curves=curves(expected.records, observed.records),
        stages=stages(pairs),
    )


def compare_with(
    traces: Mapping[str, Sequence[Trace]],
    observed: Trace,
    tolerance: RoundingLimits = DEFAULT,
    settled: Callable[[Trace], AbstractSet[str]] = lambda trace: frozenset(),
) -> Comparison:
    """Compare with the nearest of a baseline's traces, of the observed numeric class or of another.

    The nearest has the best verdict, and of those the fewest records that differ, so one more trace never makes it worse.
    """
    candidates = sorted((trace for members in traces.values() for trace in members), key=lambda trace: trace.id)
    if not candidates:
        return Comparison(verdict=TraceVerdict.INCOMPARABLE, observed_class=numeric_class(observed), hint=NOTHING_RECORDED)
    found = [compare(trace, observed, tolerance, settled(trace)) for trace in candidates]
    return min(found, key=lambda item: (item.verdict.rank, item.moved, item.expected_class != item.observed_class))


NOTHING_RECORDED = "the baseline has no trace: record it again, or add the trace of an environment that is right"


def _ran_out_of_memory(pairs: Sequence[Pair]) -> str:
    """Return why the observed run says nothing of what it would have computed; empty where it does."""
    is_full = any(found is not None and found.error == "ResourceExhaustedError" for _, found in pairs)
    return "a device had too little free memory for the run: end what fills it, and check again" if is_full else ""


def _without_gpu(omitted: Mapping[str, str]) -> str:
    """Return why there is nothing to compare the run on a GPU with; empty where both sides have one, or neither."""
    reason = next((reason for part, reason in omitted.items() if part.endswith(GPU)), "")
    return f"{reason}, so the run on the GPU has nothing to be compared with" if reason else ""


def _first_of_each_part(divergences: Sequence[Divergence]) -> list[Divergence]:
    first: dict[str, Divergence] = {}
    for divergence in divergences:
        first.setdefault(divergence.part, divergence)
    return list(first.values())


def _growth(pairs: list[Pair]) -> list[Growth]:
    """Return the largest scaled errors after each step of the benchmark on the CPU."""
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
