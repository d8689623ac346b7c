"""Metrics judged by repeated runs. Reference values: R 4 (t.test, power.t.test) and published tables, as noted."""

from __future__ import annotations

import math

import pytest

from envprobe.error import EnvprobeError
from envprobe.statistic import Outcome, compare_runs, judge_run, prediction_interval
from envprobe.statistic.sample_size import runs_for_difference, runs_for_equivalence

SEEDS = [0.871, 0.921, 0.893, 0.905, 0.868, 0.934, 0.899, 0.912, 0.882, 0.895]
"""Accuracy of ten seeds: mean 0.898, standard deviation 0.0211."""


def test_five_percent_against_a_spread_of_six_is_inside() -> None:
    """A reviewer reads that a gain of 5 % is what the seed alone may do."""
    judgement = judge_run(SEEDS, 0.898 * 1.05)
    assert judgement.outcome is Outcome.INSIDE
    assert judgement.sentence == (
        "0.9429 is +5 % from the mean 0.898 of 10 recorded runs, inside the ±5.56 % that one new run spreads by its seed "
        "alone (95% prediction interval)"
    )


def test_ten_percent_is_outside() -> None:
    """A gain beyond the interval is said to be outside."""
    assert judge_run(SEEDS, 0.898 * 1.10).outcome is Outcome.OUTSIDE
    assert judge_run(SEEDS, 0.898 * 0.90).outcome is Outcome.OUTSIDE


def test_the_interval_is_the_published_one() -> None:
    """Mean ± t(0.975, n - 1) s sqrt(1 + 1/n): for n = 10, t = 2.262 (any table of Student's t)."""
    low, high = prediction_interval([float(value) for value in range(10)])
    reach = 2.2621571627 * math.sqrt(55 / 6) * math.sqrt(1.1)
    assert (low, high) == pytest.approx((4.5 - reach, 4.5 + reach))


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4])
def test_too_few_runs_are_undetermined(count: int) -> None:
    """Never a pass, however close; and how many would do is said."""
    judgement = judge_run(SEEDS[:count], SEEDS[0])
    assert (judgement.outcome, judgement.runs_needed) == (Outcome.UNDETERMINED, 5)
    assert judgement.sentence.endswith("too few to judge by; 5 are needed")


@pytest.mark.parametrize(
    ("recorded", "observed", "outcome", "words"),
    [
        ([0.9] * 5, 0.9, Outcome.INSIDE, "0.9, as in all 5 recorded runs"),
        ([0.9] * 5, 0.9000001, Outcome.OUTSIDE, "0.9000001, but all 5 recorded runs gave 0.9, without any spread"),
        (SEEDS, math.nan, Outcome.OUTSIDE, "nan, but all 10 recorded runs gave finite numbers"),
        (SEEDS, math.inf, Outcome.OUTSIDE, "inf, but all 10 recorded runs gave finite numbers"),
        ([*SEEDS, math.nan], 0.9, Outcome.UNDETERMINED, "1 of 11 recorded runs are NaN or infinite"),
        ([0.0, 1.0, -1.0, 2.0, -2.0], 0.5, Outcome.INSIDE, None),
        ([1e308, -1e308, 1e308, -1e308, 0.0], 1.0, Outcome.UNDETERMINED, None),
    ],
)
def test_degenerate_runs_have_a_stated_answer(
    recorded: list[float], observed: float, outcome: Outcome, words: str | None
) -> None:
    """No spread, NaN, infinity, a mean of 0 and numbers at the end of the range."""
    judgement = judge_run(recorded, observed)
    assert judgement.outcome is outcome
    assert words is None or judgement.sentence == words


def test_closeness_is_shown_by_two_one_sided_tests() -> None:
    """Ten runs with the same mean are closer than three standard errors, with Welch's p value."""
    judgement = compare_runs(SEEDS, [value + 0.001 for value in SEEDS], 0.03)
    assert judgement.outcome is Outcome.EQUIVALENT
    # Welch: t = (0.03 - 0.001) / sqrt(2 s^2 / 10), 18 degrees of freedom; upper tail of Student's t
    assert judgement.p_value == pytest.approx(0.0033, abs=2e-4)
    assert judgement.low is not None and judgement.high is not None
    assert (judgement.low + judgement.high) / 2 == pytest.approx(0.001)


def test_a_difference_is_shown_or_undetermined() -> None:
    """A large shift is a difference; a small one against a small margin is neither, and the runs that would decide are said."""
    assert compare_runs(SEEDS, [value + 0.05 for value in SEEDS], 0.01).outcome is Outcome.DIFFERENT
    judgement = compare_runs(SEEDS, [value + 0.01 for value in SEEDS], 0.01)
    assert judgement.outcome is Outcome.UNDETERMINED
    assert judgement.runs_needed is not None and judgement.runs_needed > 50
    assert "about" in judgement.sentence and "runs each side" in judgement.sentence


def test_groups_without_spread_are_compared_as_they_are() -> None:
    """Deterministic runs need no test."""
    assert compare_runs([0.9] * 3, [0.9] * 3, 0.01).outcome is Outcome.EQUIVALENT
    assert compare_runs([0.9] * 3, [0.8] * 3, 0.01).outcome is Outcome.DIFFERENT
    assert compare_runs([0.9] * 5, SEEDS, 0.03).outcome is Outcome.EQUIVALENT


@pytest.mark.parametrize(("expected", "observed"), [(SEEDS[:2], SEEDS), (SEEDS, SEEDS[:1]), (SEEDS, [*SEEDS, math.nan])])
def test_few_or_odd_runs_show_nothing(expected: list[float], observed: list[float]) -> None:
    """Two runs, or a NaN, are undetermined."""
    assert compare_runs(expected, observed, 1.0).outcome is Outcome.UNDETERMINED


@pytest.mark.parametrize("margin", [0.0, -1.0, math.nan, math.inf])
def test_a_margin_that_shows_nothing_is_refused(margin: float) -> None:
    """The caller is told what a margin is."""
    with pytest.raises(EnvprobeError, match="shows nothing"):
        compare_runs(SEEDS, SEEDS, margin)


@pytest.mark.parametrize(("difference", "count"), [(2.0, 6), (1.0, 17), (0.8, 26), (0.5, 64), (0.2, 394)])
def test_runs_for_a_difference_are_those_of_the_tables(difference: float, count: int) -> None:
    """Cohen 1988, table 2.4.1, for 5 % two-sided and 80 % power: 26, 64 and 394 for d = 0.8, 0.5 and 0.2."""
    assert runs_for_difference(1.0, difference) in (count, count - 1)


def test_runs_for_closeness_grow_with_the_square_of_the_margin() -> None:
    """Half the margin needs four times the runs, as 2 (z(0.95) + z(0.9))^2 (s / margin)^2 says."""
    for margin in (0.5, 0.25, 0.1):
        assert runs_for_equivalence(1.0, margin) == pytest.approx(2 * (1.645 + 1.2816) ** 2 / margin**2, rel=0.03)


def test_a_claim_that_no_number_of_runs_shows_has_no_number() -> None:
    """Beyond ten thousand runs, and for a difference of 0, there is none."""
    assert runs_for_difference(1.0, 1e-6) is None
    assert runs_for_equivalence(1.0, 0.0) is None
    assert runs_for_difference(0.0, 1.0) == 3
