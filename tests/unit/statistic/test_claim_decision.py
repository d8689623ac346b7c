"""Claims decided by runs. Intervals against scipy's, and Fieller's against its published form."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from envprobe.statistic.claim import Decision, decide

OLD = [0.80, 0.82, 0.79, 0.81, 0.80]
NEW = [0.86, 0.85, 0.87, 0.84, 0.86]


def _decide(recorded: list[float], new: list[float], margin: float, **given: bool) -> Decision:
    return decide(recorded, new, margin, **{"at_most": False, "relative": False, "paired": False, **given})


@pytest.mark.parametrize(("margin", "holds"), [(0.03, True), (0.05, None), (0.08, False)])
def test_the_interval_decides(margin: float, holds: bool | None) -> None:
    """All of Welch's interval at or above the margin holds, all below refutes, else nothing is decided."""
    decision = _decide(OLD, NEW, margin)
    interval = stats.ttest_ind(NEW, OLD, equal_var=False).confidence_interval(0.95)
    assert decision.holds is holds
    assert decision.interval == pytest.approx((interval.low, interval.high))
    assert decision.effect == pytest.approx(0.052)


@pytest.mark.parametrize(("margin", "holds"), [(-0.03, True), (-0.05, None), (-0.08, False)])
def test_at_most_is_the_mirror_image(margin: float, holds: bool | None) -> None:
    """For a loss, less is claimed."""
    assert _decide([-value for value in OLD], [-value for value in NEW], margin, at_most=True).holds is holds


def test_pairs_are_judged_by_their_differences() -> None:
    """Where each seed gained about as much, that decides what independent runs leave open."""
    old, new = [0.70, 0.80, 0.75, 0.85, 0.78], [0.742, 0.845, 0.79, 0.893, 0.822]
    assert _decide(old, new, 0.03).holds is None
    decision = _decide(old, new, 0.03, paired=True)
    interval = stats.ttest_rel(new, old).confidence_interval(0.95)
    assert decision.holds is True
    assert decision.interval == pytest.approx((interval.low, interval.high))


@pytest.mark.parametrize("paired", [False, True])
def test_a_share_counts_the_error_of_the_recorded_mean(paired: bool) -> None:
    """Fieller: the shares for which new - share * recorded has an interval around 0, found here by trying."""
    decision = _decide(OLD, NEW, 0.05, relative=True, paired=paired)
    old, new = np.array(OLD), np.array(NEW)
    if paired:
        kept = [s for s in np.linspace(0.9, 1.3, 40001) if stats.ttest_1samp(new - s * old, 0).pvalue > 0.05]
    else:
        freedom = stats.ttest_ind(NEW, OLD, equal_var=False).df
        error = lambda s: math.sqrt(new.var(ddof=1) / 5 + s * s * old.var(ddof=1) / 5)  # noqa: E731 - a formula of the book, on one line
        reach = stats.t.isf(0.025, freedom)
        kept = [s for s in np.linspace(0.9, 1.3, 40001) if abs(new.mean() - s * old.mean()) < reach * error(s)]
    assert decision.interval == pytest.approx(((kept[0] - 1) * old.mean(), (kept[-1] - 1) * old.mean()), abs=2e-5)


@pytest.mark.parametrize(
    ("old", "new", "margin", "relative", "holds"),
    [
        ([0.80] * 3, [0.85] * 3, 0.05, False, True),
        ([0.80] * 3, [0.84] * 3, 0.05, False, False),
        ([0.80] * 3, [0.84] * 3, 0.05, True, True),
        ([-10.0] * 3, [-9.5] * 3, 0.05, True, True),
        ([0.0] * 3, [0.0] * 3, 0.0, False, True),
        ([1e-200, 2e-200, 3e-200], [5e-200, 6e-200, 7e-200], 1e-200, False, True),
    ],
)
def test_runs_without_spread_decide_exactly(
    old: list[float], new: list[float], margin: float, relative: bool, holds: bool
) -> None:
    """0.85 - 0.80 is 0.05, whatever the last bit of the subtraction; a share is that of the magnitude."""
    assert _decide(old, new, margin, relative=relative).holds is holds


@pytest.mark.parametrize(
    ("old", "new", "relative", "words"),
    [
        (OLD[:2], NEW, False, "fewer than 3 runs"),
        (OLD, NEW[:1], False, "fewer than 3 runs"),
        (OLD, [*NEW, math.nan], False, "NaN or infinity"),
        ([*OLD, math.inf], NEW, False, "NaN or infinity"),
        ([-1.0, 1.0, 0.1], NEW, True, "too near 0"),
        ([1e200, 2e200, 3e200], NEW, False, "too large"),
    ],
)
def test_what_cannot_be_decided_says_why(old: list[float], new: list[float], relative: bool, words: str) -> None:
    """Few runs, runs that diverged, no mean to take a share of, and numbers at the end of the range."""
    decision = _decide(old, new, 0.01, relative=relative)
    assert decision.holds is None
    assert words in decision.why


def test_what_is_undecided_says_how_many_runs_would_decide() -> None:
    """As many as show the distance from the margin with 80 % power; none where effect and margin are the same."""
    assert _decide(OLD, NEW, 0.045).needed in range(30, 60)
    assert _decide(OLD, NEW, 0.04).needed in range(10, 25)
    assert _decide(OLD[:2], NEW, 0.04).needed == 5
