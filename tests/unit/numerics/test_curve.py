"""Two training runs side by side."""

from __future__ import annotations

import math

from envprobe.numerics.comparison import compare
from envprobe.numerics.curve import Curve, Stage
from envprobe.numerics.verdict import TraceVerdict
from tests.support.trace_sample import STAGES, moved, record, trace


def test_losses_of_both_runs() -> None:
    """Both runs' losses are told step by step, so that a reader sees where they part."""
    found = compare(trace(), moved({("training", "loss"): (1.5, 0.5, 0.25)}))
    assert found.curves == [Curve(name="classes", steps=[0, 1, 7], expected=[1.0, 1.0, 1.0], observed=[1.5, 1.5, 1.5])]


def test_a_loss_that_is_not_finite() -> None:
    """A loss that is NaN is told as none: it has no place in a picture, nor a spelling in JSON."""
    found = compare(trace(), moved({("training", "loss"): (math.nan, 0.5, 0.25)}))
    assert found.curves[0].observed == [None, None, None]


def test_a_step_that_one_run_lacks() -> None:
    """A run that ended early leaves holes, and does not shift what comes after."""
    short = [record(*stage) for stage in STAGES if stage[3] != 1]
    found = compare(trace(), trace(records=short))
    assert found.curves[0].steps == [0, 1, 7]
    assert found.curves[0].observed == [1.0, None, 1.0]


def test_stages_in_the_order_of_the_run() -> None:
    """Each stage says how many of its records moved, and the first that moved is where the runs part."""
    found = compare(trace(), moved({("training", "forward"): (1.0, 0.5, 0.2500002)}))
    assert [stage.stage for stage in found.stages] == [name for _, name, _, _ in STAGES]
    moving = [stage for stage in found.stages if stage.moved]
    assert moving == [Stage(part="training", stage="forward", step=None, compared=1, moved=1)]


def test_equal_runs_have_a_course_too() -> None:
    """Equal bits are shown as well: a reviewer wants to see that the training run was made."""
    found = compare(trace(), trace())
    assert found.verdict is TraceVerdict.IDENTICAL
    assert found.curves[0].expected == found.curves[0].observed
    assert {stage.moved for stage in found.stages} == {0}
