"""What of repeated runs can be drawn: the metrics of all runs, and the lists that are histories."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence

from ..metric import Band, History, MetricRuns, RunValue
from ..runs import Attempt, Run
from ..statistic import claim as claims
from .claims import groups, succeeded
from .metrics import histories_of

SHOWN_METRICS = 12
SHOWN_HISTORIES = 12
SHOWN_STEPS = 200
"""Of a longer history every second step is drawn, or every third, …, and the last."""


def metric_runs(expected: Run, observed: Run, claimed: Iterable[str] = ()) -> list[MetricRuns]:
    """Return the metrics of repeated runs that are not the same everywhere, those that were claimed first."""
    ours, theirs = succeeded(expected), succeeded(observed)
    if len(ours) + len(theirs) <= 2 or not ours or not theirs:
        return []
    known = {name for _, values in ours for name in values} & {name for _, values in theirs for name in values}
    first = [name for name in dict.fromkeys(claimed) if name in known]
    rest = sorted(known - set(first), key=lambda name: (name.count("."), name))
    found = [_runs(name, ours, theirs) for name in [*first, *rest]]
    return [one for one in found if one.metric in first or not _is_same(one)][:SHOWN_METRICS]


def _runs(
    name: str, expected: Sequence[tuple[Attempt, dict[str, float]]], observed: Sequence[tuple[Attempt, dict[str, float]]]
) -> MetricRuns:
    ours, theirs = ([(attempt, values[name]) for attempt, values in side if name in values] for side in (expected, observed))
    recorded, new, paired = groups(ours, theirs)
    decision = claims.decide(recorded, new, 0.0, at_most=False, relative=False, paired=paired)
    return MetricRuns(
        metric=name,
        recorded=[_value(*one) for one in ours],
        new=[_value(*one) for one in theirs],
        effect=decision.effect,
        interval=decision.interval,
        paired=paired,
    )


def _value(attempt: Attempt, value: float) -> RunValue:
    return RunValue(value if math.isfinite(value) else None, attempt.seed)


def _is_same(one: MetricRuns) -> bool:
    """Tell whether a metric is the same in all runs, or in both runs of each seed."""
    recorded, new = ({run.seed: run.value for run in side} for side in (one.recorded, one.new))
    return len({*recorded.values(), *new.values()}) == 1 or (one.paired and recorded == new)


def histories(expected: Run, observed: Run) -> list[History]:
    """Return the lists and logged columns of numbers that outputs of both sides have, shallow ones first."""
    sides = [[histories_of(attempt) for attempt in run.attempts if attempt.succeeded] for run in (expected, observed)]
    known = [{name for found in side for name in found} for side in sides]
    counters = {name for side in sides for found in side for name, values in found.items() if _is_counter(values)}
    names = sorted((known[0] & known[1]) - counters, key=lambda name: (name.count("."), name))[:SHOWN_HISTORIES]
    return [_history(name, *([found[name] for found in side if name in found] for side in sides)) for name in names]


def _is_counter(values: dict[int, float]) -> bool:
    """Tell whether numbers only count the steps, as a column of epochs does."""
    return len({value - step for step, value in values.items()}) == 1


def _history(name: str, expected: Sequence[dict[int, float]], observed: Sequence[dict[int, float]]) -> History:
    every = sorted({step for values in [*expected, *observed] for step in values})
    kept = every[:: math.ceil(len(every) / SHOWN_STEPS)]
    steps = kept if kept[-1] == every[-1] else [*kept, every[-1]]
    return History(metric=name, steps=steps, recorded=_band(expected, steps), new=_band(observed, steps))


def _band(runs: Sequence[dict[int, float]], steps: Sequence[int]) -> Band:
    """Return mean, lowest and highest at each step, of the runs that gave a number there."""
    at = [[values[step] for values in runs if math.isfinite(values.get(step, math.nan))] for step in steps]
    return Band(
        mean=[statistics.fmean(values) if values else None for values in at],
        low=[min(values, default=None) for values in at],
        high=[max(values, default=None) for values in at],
        runs=len(runs),
    )
