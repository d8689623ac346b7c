"""A recorded experiment for a reader."""

from __future__ import annotations

import pytest

from envprobe.render import Style
from envprobe.render.show import show
from tests.support.run_sample import attempt, described, run, seeded


def test_a_metric_of_repeated_runs_is_told_by_its_spread() -> None:
    """Several attempts of one experiment are one line: the mean and the deviation."""
    assert "accuracy 0.75 ± 0.0707" in show(seeded([0.7, 0.8]), Style(width=140))


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_is_shown_as_it_is(value: float) -> None:
    """A run whose loss went to NaN can be looked at: that is when somebody looks."""
    assert f"accuracy 0.7, {value}" in show(seeded([0.7, value]), Style(width=140))


def test_what_somebody_wrote_into_a_context_breaks_nothing() -> None:
    """A run's context is never compared and never checked, so that it may hold anything."""
    odd = run(attempt(described(accuracy=1.0), context={"seconds": ["soon"]}), context={"recorded": {"at": None}})
    assert "complete, exit status 0" in show(odd, Style(width=140))
