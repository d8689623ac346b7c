"""Repeated runs as pictures: every run of both sides as a point, the change with its interval, and what runs went through."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ...claim import ClaimResult
from ...metric import Band, History, MetricRuns, RunValue
from ...report import Report
from ...spelling import line
from ...statistic.digits import counted, spell
from .. import claim_words
from . import scale
from .curve import Box, step_ticks
from .scale import Scale, Tick

POINTS = Box(400, 134, 74, 388, 14, 104)
COURSE = Box(400, 220, 54, 388, 18, 184)
RECORDED_ROW, NEW_ROW, CHANGE_ROW = 26, 56, 86
SHOWN_RUNS = 200
MARKED_STEPS = 40
"""A longer history is drawn without marks on its line."""
SHOWN_CHARACTERS = 120


class Point(NamedTuple):
    """One run."""

    x: float
    words: str


class Interval(NamedTuple):
    """Where the mean of the new runs may be, beside that of the recorded ones."""

    low: float
    high: float
    mean: float
    none: float
    """Where it would be without a change."""
    claimed: list[tuple[float, str]]
    """Where it would be with just the claimed one."""
    words: str


class Points(NamedTuple):
    """One metric in all runs."""

    title: str
    words: str
    """What is to be seen, for who does not see it."""
    ticks: list[Tick]
    recorded: list[Point]
    new: list[Point]
    pairs: list[tuple[float, float]]
    """Where the runs of one seed stand, above and below."""
    interval: Interval | None
    missing: str
    """How many runs gave no number that can be drawn; empty where all did."""
    box: Box = POINTS


class Side(NamedTuple):
    """The runs of one side over their steps."""

    name: str
    mark: str
    path: str
    """The line through their means, in the words of SVG."""
    band: str
    """Around all of them; empty where there is one run."""
    marks: list[tuple[float, float, str]]


class Course(NamedTuple):
    """One metric over the steps of all runs."""

    title: str
    words: str
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    sides: list[Side]
    box: Box = COURSE


class ShownClaim(NamedTuple):
    """A claim and what the runs show."""

    verdict: str
    severity: str
    title: str
    rows: list[tuple[str, str]]


class Runs(NamedTuple):
    """All that there is to draw of repeated runs."""

    points: list[Points]
    courses: list[Course]


def runs(report: Report) -> Runs | None:
    """Return the pictures of a report's experiments; None where there is nothing to draw."""
    found = Runs(
        [one for metric in report.metrics for one in _points(metric, report.claims)],
        [one for history in report.histories for one in _course(history)],
    )
    return found if any(found) else None


def claims(report: Report) -> list[ShownClaim]:
    """Return what was claimed, with what the runs show."""
    return [_claim(result, report) for result in report.claims]


def _claim(result: ClaimResult, report: Report) -> ShownClaim:
    severity = claim_words.SEVERITIES[result.verdict].value
    return ShownClaim(result.verdict.value, severity, claim_words.title(result), claim_words.rows(result, report))


def _points(metric: MetricRuns, claims: Sequence[ClaimResult]) -> Iterator[Points]:
    """Yield the picture of a metric; nothing where a side has no number."""
    recorded, new = ([run for run in side if run.value is not None] for side in (metric.recorded, metric.new))
    if not recorded or not new:
        return
    values = [value for run in [*recorded, *new] if (value := run.value) is not None]
    claimed = [result for result in claims if result.claim.metric == metric.metric]
    mean = sum(run.value or 0.0 for run in recorded) / len(recorded)
    thresholds = [(mean + _threshold(result, mean), line(str(result.claim.amount))) for result in claimed]
    ends = [mean + end for end in metric.interval or ()]
    x = scale.linear([*values, *ends, *(place for place, _ in thresholds)], POINTS.left, POINTS.right)
    odd = len(metric.recorded) + len(metric.new) - len(values)
    yield Points(
        title=line(metric.metric, SHOWN_CHARACTERS),
        words=_words(metric, recorded, new),
        ticks=x.ticks,
        recorded=[_point(run, x) for run in recorded[:SHOWN_RUNS]],
        new=[_point(run, x) for run in new[:SHOWN_RUNS]],
        pairs=_pairs(recorded, new, x) if metric.paired else [],
        interval=_interval(metric, mean, thresholds, x),
        missing=f"{counted(odd, 'run')} gave NaN or infinity" if odd else "",
    )


def _threshold(result: ClaimResult, mean: float) -> float:
    return result.claim.margin * (abs(mean) if result.claim.is_relative else 1.0)


def _point(run: RunValue, x: Scale) -> Point:
    seed = "" if run.seed is None else f"seed {run.seed}: "
    return Point(x.place(run.value or 0.0), f"{seed}{run.value:.9g}")


def _pairs(recorded: Sequence[RunValue], new: Sequence[RunValue], x: Scale) -> list[tuple[float, float]]:
    by_seed = {run.seed: run.value or 0.0 for run in recorded}
    return [(x.place(by_seed[run.seed]), x.place(run.value or 0.0)) for run in new[:SHOWN_RUNS] if run.seed in by_seed]


def _interval(metric: MetricRuns, mean: float, thresholds: Sequence[tuple[float, str]], x: Scale) -> Interval | None:
    if metric.interval is None or metric.effect is None:
        return None
    low, high = metric.interval
    return Interval(
        low=x.place(mean + low),
        high=x.place(mean + high),
        mean=x.place(mean + metric.effect),
        none=x.place(mean),
        claimed=[(x.place(place), words) for place, words in thresholds],
        words=_change(metric),
    )


def _change(metric: MetricRuns) -> str:
    if metric.effect is None or metric.interval is None:
        return ""
    low, high = metric.interval
    reach = (high - low) / 2
    if not reach:
        return f"change {spell(metric.effect, sign=True)} in all runs" if metric.effect else "no change in any run"
    return (
        f"change {spell(metric.effect, reach, sign=True)}, "
        f"95 % interval {spell(low, reach, sign=True)} to {spell(high, reach, sign=True)}"
    )


def _words(metric: MetricRuns, recorded: Sequence[RunValue], new: Sequence[RunValue]) -> str:
    sides = f"{_range(recorded, 'recorded run')}; {_range(new, 'new run')}"
    change = _change(metric)
    return f"{sides}; {change}" if change else sides


def _range(side: Sequence[RunValue], name: str) -> str:
    values = [run.value or 0.0 for run in side]
    return f"{counted(len(values), name)} from {min(values):.6g} to {max(values):.6g}"


def _course(history: History) -> Iterator[Course]:
    """Yield the picture of a history; nothing where a side has no number."""
    bands = (history.recorded, history.new)
    every = [value for band in bands for value in [*band.low, *band.high] if value is not None and math.isfinite(value)]
    if not every or len(history.steps) < 2 or not all(_is_drawn(band) for band in bands):
        return
    x = Scale(history.steps[0], history.steps[-1], COURSE.left + 12, COURSE.right - 12)
    y = scale.linear(every, COURSE.bottom, COURSE.top)
    sides = [
        _side("recorded", "circle", history.recorded, history.steps, x, y),
        _side("new", "diamond", history.new, history.steps, x, y),
    ]
    yield Course(
        title=line(history.metric, SHOWN_CHARACTERS),
        words="; ".join(f"{side.name}, {side.marks[0][2]} to {side.marks[-1][2]}" if side.marks else side.name for side in sides),
        x_ticks=step_ticks(history.steps, x),
        y_ticks=y.ticks,
        sides=sides,
    )


def _is_drawn(band: Band) -> bool:
    return any(value is not None for value in band.mean)


def _side(name: str, mark: str, band: Band, steps: Sequence[int], x: Scale, y: Scale) -> Side:
    shown = [
        (x.place(step), y.place(mean), f"step {step}: {mean:.6g}", y.place(low), y.place(high))
        for step, mean, low, high in zip(steps, band.mean, band.low, band.high, strict=True)
        if mean is not None and low is not None and high is not None
    ]
    around = [*((left, high) for left, _, _, _, high in shown), *((left, low) for left, _, _, low, _ in reversed(shown))]
    return Side(
        name=f"{name} ({counted(band.runs, 'run')})",
        mark=mark,
        path=_path([(left, mean) for left, mean, _, _, _ in shown]),
        band=f"{_path(around)}Z" if band.runs > 1 else "",
        marks=[(left, mean, words) for left, mean, words, _, _ in shown] if len(shown) <= MARKED_STEPS else [],
    )


def _path(places: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{'L' if index else 'M'}{left} {top}" for index, (left, top) in enumerate(places))
