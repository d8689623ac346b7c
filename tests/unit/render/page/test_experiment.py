"""Repeated runs as pictures."""

from __future__ import annotations

import math

from envprobe.claim import ClaimResult, ClaimVerdict, parse_claim
from envprobe.experiment.points import histories, metric_runs
from envprobe.metric import MetricRuns
from envprobe.render.page import experiment as page
from envprobe.runs import Run
from tests.support.run_sample import attempt, described, run, seeded
from tests.unit.render.page.sample import report

OLD = [0.80, 0.82, 0.79, 0.81, 0.80]
NEW = [0.86, 0.88, 0.85, 0.87, 0.86]


def _points(expected: Run, observed: Run, *claims: str) -> page.Points:
    results = [ClaimResult(claim=parse_claim(text), verdict=ClaimVerdict.HOLDS) for text in claims]
    found = page.runs(report(metrics=metric_runs(expected, observed), claims=results))
    assert found is not None
    (one,) = found.points
    return one


def test_every_run_is_a_point() -> None:
    """Larger numbers stand further to the right, and each says its seed and its number."""
    one = _points(seeded(OLD), seeded(NEW))
    assert len(one.recorded) == len(one.new) == len(one.pairs) == 5
    assert max(point.x for point in one.recorded) < min(point.x for point in one.new)
    assert one.new[1].words == "seed 1: 0.88"
    assert all(one.box.left <= point.x <= one.box.right for point in [*one.recorded, *one.new])


def test_the_interval_stands_where_the_new_mean_may_be() -> None:
    """Beside the recorded mean, with what was claimed; the words say the same."""
    one = _points(seeded(OLD), seeded(NEW, first_seed=50), "metrics.json:accuracy >= +0.05", "metrics.json:accuracy >= +10%")
    interval = one.interval
    assert interval is not None and not one.pairs
    assert interval.none < interval.low < interval.mean < interval.high
    assert [words for _, words in interval.claimed] == ["+0.05", "+10%"]
    assert interval.words == "change +0.060, 95 % interval +0.043 to +0.077"


def test_runs_without_a_number_are_counted() -> None:
    """NaN has no place in a picture, and is said beside it; where a side has nothing else there is no picture."""
    one = _points(seeded(OLD), seeded([*NEW, math.nan], first_seed=50))
    assert (len(one.new), one.missing) == (5, "1 run gave NaN or infinity")
    assert page.runs(report(metrics=metric_runs(seeded(OLD), seeded([math.nan], first_seed=50)))) is None
    assert page.runs(report(metrics=[MetricRuns(metric="m:a", recorded=[], new=[])])) is None


def test_what_no_seed_moved_is_not_drawn() -> None:
    """A picture of the same numbers twice says nothing; nor does one of two runs."""
    assert metric_runs(seeded(OLD), seeded(OLD)) == []
    assert metric_runs(seeded([0.5] * 5), seeded([0.5], first_seed=9)) == []
    assert metric_runs(seeded([0.5]), seeded([0.6])) == []
    assert [one.metric for one in metric_runs(seeded(OLD), seeded(OLD), ["metrics.json:accuracy"])] == ["metrics.json:accuracy"]


def _trained(*curves: list[float]) -> Run:
    return run(*(attempt(described(**{f"loss[{index}]": value for index, value in enumerate(curve)})) for curve in curves))


def test_a_history_is_a_line_with_the_runs_around_it() -> None:
    """The line is the mean of the runs that came so far, the ground reaches from the lowest to the highest."""
    (found,) = histories(_trained([3.0, 2.0, 1.0], [5.0, 4.0]), _trained([3.0, math.nan, 1.0]))
    assert histories(_trained([1.0, 2.0, 3.0]), _trained([1.0, 2.0, 3.0])) == [], "a column of epochs is no history"
    assert found.metric == "metrics.json:loss"
    assert (found.recorded.mean, found.recorded.low, found.recorded.high) == ([4.0, 3.0, 1.0], [3.0, 2.0, 1.0], [5.0, 4.0, 1.0])
    assert found.new.mean == [3.0, None, 1.0]
    shown = page.runs(report(histories=[found]))
    assert shown is not None
    (course,) = shown.courses
    assert [bool(side.band) for side in course.sides] == [True, False]
    assert len(course.sides[1].marks) == 2


def test_a_long_history_is_thinned() -> None:
    """Ten thousand steps are drawn by some two hundred of them, the first and the last among them, and without marks."""
    long = [1.0 / (1 + index) for index in range(999)]
    (found,) = histories(_trained(long), _trained(long))
    assert len(found.steps) <= 201
    assert (found.steps[0], found.steps[-1]) == (0, 998)
    shown = page.runs(report(histories=[found]))
    assert shown is not None and not shown.courses[0].sides[0].marks
