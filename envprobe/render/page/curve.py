"""The benchmark of both sides as pictures: the losses, how the distance grows, and at which stage they part."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import NamedTuple

from ...numerics.comparison import Comparison
from ...numerics.curve import Curve, Stage
from ...report import Report
from ...spelling import line
from .. import summary
from . import scale
from .scale import Scale, Tick

WIDTH, HEIGHT = 400, 220
LEFT, RIGHT, TOP, BOTTOM = 54, 388, 18, 184
FLOOR = 168
"""Where no distance at all is drawn on a logarithmic scale, below all others."""
EXPECTED, OBSERVED = ("expected", "circle"), ("observed", "diamond")
LOSSES, WEIGHTS = ("losses", "circle"), ("weights", "diamond")


class Box(NamedTuple):
    """A chart's size, and where its axes lie."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int


class Dot(NamedTuple):
    """One number, drawn and in words."""

    x: float
    y: float
    words: str


class Series(NamedTuple):
    """One line of a chart."""

    name: str
    mark: str
    """The shape of its dots, so that colour is never all that tells it apart."""
    dots: list[Dot]
    path: str
    """The line through its dots in the words of SVG."""


class Chart(NamedTuple):
    """Numbers over the steps of the run."""

    title: str
    words: str
    """What is to be seen, for who does not see it."""
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    series: list[Series]
    parted: float | None
    """Where on the x axis both runs first differ."""


class StageCell(NamedTuple):
    """One stage of the run and how many of its records moved."""

    name: str
    compared: int
    moved: int
    is_first: bool
    """Whether the runs part here."""


class StageRow(NamedTuple):
    """The stages of one part of the run."""

    name: str
    cells: list[StageCell]


class Numbers(NamedTuple):
    """One loss as a table: step, expected, observed, and whether they differ."""

    name: str
    rows: list[tuple[int, str, str, bool]]


class View(NamedTuple):
    """All that there is to show of the benchmark."""

    sentence: str
    words: list[tuple[str, str]]
    moved: int
    """How many of its records differ."""
    charts: list[Chart]
    rows: list[StageRow]
    numbers: list[Numbers]
    expected_class: str
    observed_class: str
    box: Box = Box(WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM)


def view(report: Report) -> View | None:
    """Return what to show of a report's benchmark; None where none was compared."""
    found = report.trace
    if found is None:
        return None
    return View(
        sentence=summary.benchmark_headline(found),
        words=summary.benchmark(report)[1:],
        moved=found.moved,
        charts=charts(found),
        rows=rows(found),
        numbers=numbers(found),
        expected_class=line(found.expected_class, 1000) or "no benchmark was recorded",
        observed_class=line(found.observed_class, 1000),
    )


def charts(found: Comparison) -> list[Chart]:
    """Return a chart for each loss, and one of the distance where there is any."""
    drawn = [_loss(curve) for curve in found.curves if curve.steps]
    if len(found.growth) > 1 and any(growth.loss or growth.weights for growth in found.growth):
        drawn.append(_distance(found))
    return drawn


def rows(found: Comparison) -> list[StageRow]:
    """Return the stages in the order of the run, those of one part and step in one row."""
    first = found.first_divergence
    place = None if first is None else (first.part, first.stage, first.step)
    cells = [
        (_row_name(stage), StageCell(stage.stage, stage.compared, stage.moved, (stage.part, stage.stage, stage.step) == place))
        for stage in found.stages
    ]
    return [StageRow(name, [cell for _, cell in members]) for name, members in itertools.groupby(cells, key=lambda pair: pair[0])]


def numbers(found: Comparison) -> list[Numbers]:
    """Return the losses as they are, for who wants to read them."""
    return [
        Numbers(curve.name, [(step, _exact(ours), _exact(theirs), ours != theirs) for step, ours, theirs in _steps(curve)])
        for curve in found.curves
    ]


def _row_name(stage: Stage) -> str:
    return stage.part if stage.step is None else f"{stage.part}, step {stage.step}"


def _loss(curve: Curve) -> Chart:
    told = [value for value in [*curve.expected, *curve.observed] if value is not None]
    x, y = _step_scale(curve.steps), scale.linear(told, BOTTOM, TOP)
    parted = next((x.place(step) for step, ours, theirs in _steps(curve) if ours != theirs), None)
    series = [_series(EXPECTED, curve.steps, curve.expected, x, y), _series(OBSERVED, curve.steps, curve.observed, x, y)]
    return Chart(f"loss {curve.name}", _words(series), step_ticks(curve.steps, x), y.ticks, series, parted)


def _distance(found: Comparison) -> Chart:
    """Draw how far the runs are apart after each step, in powers of ten; the lowest line is: no distance."""
    steps = [growth.step for growth in found.growth]
    kinds = {LOSSES: [growth.loss for growth in found.growth], WEIGHTS: [growth.weights for growth in found.growth]}
    x = _step_scale(steps)
    y = scale.logarithmic([value for values in kinds.values() for value in values if value], FLOOR - 20, TOP)
    series = [_series(kind, steps, values, x, y) for kind, values in kinds.items()]
    ticks = [*y.ticks, Tick(FLOOR, "none")]
    return Chart("distance of both runs (scaled error)", _words(series), step_ticks(steps, x), ticks, series, None)


def _words(series: list[Series]) -> str:
    return "; ".join(f"{one.name} from {one.dots[0].words} to {one.dots[-1].words}" for one in series if one.dots)


def _series(kind: tuple[str, str], steps: Sequence[int], values: Sequence[float | None], x: Scale, y: Scale) -> Series:
    dots = [
        Dot(x.place(step), FLOOR if y.is_log and not value else y.place(value), f"step {step}: {value:.9g}")
        for step, value in zip(steps, values, strict=True)
        if value is not None
    ]
    return Series(*kind, dots, _path(dots))


def _path(dots: Sequence[Dot]) -> str:
    return " ".join(f"{'L' if index else 'M'}{dot.x} {dot.y}" for index, dot in enumerate(dots))


def _step_scale(steps: Sequence[int]) -> Scale:
    return Scale(min(steps), max(*steps, min(steps) + 1), LEFT + 12, RIGHT - 12)


def step_ticks(steps: Sequence[int], x: Scale) -> list[Tick]:
    """Return at most nine marks under a chart, evenly chosen."""
    shown = steps[:: math.ceil(len(steps) / 8)]
    return [Tick(x.place(step), str(step)) for step in shown]


def _steps(curve: Curve) -> list[tuple[int, float | None, float | None]]:
    return list(zip(curve.steps, curve.expected, curve.observed, strict=True))


def _exact(value: float | None) -> str:
    return "unknown" if value is None else repr(value)
