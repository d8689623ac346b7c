"""The training run of both sides as pictures."""

from __future__ import annotations

import math

import msgspec

from envprobe.numerics.comparison import compare
from envprobe.render.page import curve
from tests.support.trace_sample import STAGES, moved, record, trace
from tests.unit.render.page.sample import report


def test_no_run_no_picture() -> None:
    """Where no training run was compared there is nothing to draw, and nothing is pretended."""
    assert curve.view(report()) is None


def test_where_the_losses_part() -> None:
    """The first step at which the losses differ is marked; equal losses have no mark."""
    apart = [record(*stage, values=(2.0,) if stage[1:] == ("loss", "classes", 7) else (1.0,)) for stage in STAGES]
    equal = [record(*stage, values=(1.0,)) for stage in STAGES]
    [chart, *_] = curve.charts(compare(trace(records=equal), trace(records=apart)))
    assert chart.parted == chart.series[0].dots[-1].x
    assert curve.charts(compare(trace(), trace()))[0].parted is None


def test_both_curves_are_drawn() -> None:
    """Expected and observed losses are two lines of different shapes, told in words as well."""
    [chart] = curve.charts(compare(trace(), trace()))
    assert [(line.name, line.mark) for line in chart.series] == [("expected", "circle"), ("observed", "diamond")]
    assert chart.series[0].path == chart.series[1].path
    assert chart.words == "expected from step 0: 1 to step 7: 1; observed from step 0: 1 to step 7: 1"


def test_the_distance_has_a_floor() -> None:
    """No distance at all is drawn below every distance, however small: on a logarithmic axis zero has no place."""
    found = compare(trace(), moved({("training", "loss"): (1.0000001, 0.5, 0.25)}))
    chart = curve.charts(found)[-1]
    losses, weights = chart.series
    assert {dot.y for dot in weights.dots} == {curve.FLOOR}
    assert all(dot.y < curve.FLOOR for dot in losses.dots)


def test_a_loss_that_is_not_finite_has_no_dot() -> None:
    """A run whose loss became NaN is drawn up to there, and the table says that the rest is not told."""
    found = compare(trace(), moved({("training", "loss"): (math.nan, 0.5, 0.25)}))
    [chart, *_] = curve.charts(found)
    assert chart.series[1].dots == [] and chart.series[1].path == ""
    assert [row[2] for row in curve.numbers(found)[0].rows] == ["unknown"] * 3


def test_the_way_of_the_run() -> None:
    """Stages stand in the order in which they were computed, and the first with other bits is where the runs part."""
    rows = curve.rows(compare(trace(), moved({("training", "forward"): (1.0, 0.5, 0.2500002)})))
    assert [row.name for row in rows] == [
        "host",
        "operation",
        "training",
        "training, step 0",
        "training, step 1",
        "training, step 7",
        "training",
    ]
    first = [cell.name for row in rows for cell in row.cells if cell.is_first]
    assert first == [cell.name for row in rows for cell in row.cells if cell.moved] == ["forward"]


def test_a_trace_with_one_step() -> None:
    """A run of one step, or with a step in the thousands, is drawn as well."""
    for step in (0, 2**31 - 1):
        records = [
            msgspec.structs.replace(item, step=step) for item in trace().records if item.stage == "loss" and item.step == 0
        ]
        [chart] = curve.charts(compare(trace(records=records), trace(records=records)))
        assert curve.LEFT <= chart.series[0].dots[0].x <= curve.RIGHT
