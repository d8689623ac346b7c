"""What is true of every judgement by repeated runs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from envprobe.statistic import Outcome, Sample, judge, judge_all
from envprobe.statistic.digits import spell
from envprobe.statistic.effect import apart, pooled

finite = st.floats(-1e6, 1e6)
runs = st.lists(finite, min_size=5, max_size=12)
any_runs = st.lists(st.floats(), max_size=8)
margins = st.none() | st.floats(1e-9, 1e9)


@settings(deadline=None)
@given(any_runs, any_runs, margins)
def test_any_two_groups_have_a_judgement(recorded: list[float], new: list[float], margin: float | None) -> None:
    """NaN, infinity and the largest numbers among them; the sentence is one line, and few runs pass nothing."""
    judgement = judge(recorded, new, margin)
    assert "\n" not in judgement.sentence
    if len(recorded) + len(new) < 6 and margin is None:
        assert judgement.outcome in (Outcome.UNDETERMINED, Outcome.DIFFERENT)


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(), st.floats()), max_size=8), margins)
def test_any_pairs_have_a_judgement(pairs: list[tuple[float, float]], margin: float | None) -> None:
    """The same of runs that share their seeds."""
    assert "\n" not in judge([a for a, _ in pairs], [b for _, b in pairs], margin, paired=True).sentence


@settings(deadline=None)
@given(runs, st.lists(finite, min_size=1, max_size=5), st.permutations(range(5)))
def test_the_order_of_runs_does_not_matter(recorded: list[float], new: list[float], order: list[int]) -> None:
    """Runs are a set of values."""
    shuffled = [recorded[index] for index in order] + recorded[5:]
    assert judge(recorded, new).outcome is judge(shuffled, new).outcome


@settings(deadline=None)
@given(runs, runs, st.floats(1e-3, 1e3))
def test_a_wider_margin_never_unmakes_closeness(recorded: list[float], new: list[float], margin: float) -> None:
    """What is closer than a margin is closer than twice that."""
    if judge(recorded, new, margin).outcome is Outcome.EQUIVALENT:
        assert judge(recorded, new, 2 * margin).outcome is Outcome.EQUIVALENT


@settings(deadline=None)
@given(runs, runs, margins)
def test_the_sides_may_be_exchanged(recorded: list[float], new: list[float], margin: float | None) -> None:
    """It does not matter which group is the recorded one."""
    assert judge(recorded, new, margin).outcome is judge(new, recorded, margin).outcome


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(runs, st.lists(finite, min_size=1, max_size=3)), min_size=1, max_size=3))
def test_more_metrics_accuse_no_more_of_one(metrics: list[tuple[list[float], list[float]]]) -> None:
    """A metric that passes alone passes among others of the same runs."""
    counts = min(len(recorded) for recorded, _ in metrics), min(len(new) for _, new in metrics)
    samples = {str(index): Sample(recorded=a[: counts[0]], new=b[: counts[1]]) for index, (a, b) in enumerate(metrics)}
    together = judge_all(samples)
    for name, sample in samples.items():
        if judge_all({name: sample})[name].outcome is not Outcome.DIFFERENT:
            assert together[name].outcome is not Outcome.DIFFERENT


spread_runs = st.lists(st.integers(-1000, 1000).map(float), min_size=2, max_size=9).filter(lambda values: len(set(values)) > 1)


@given(spread_runs, spread_runs)
def test_the_tests_are_those_of_scipy(recorded: list[float], new: list[float]) -> None:
    """Student's and Welch's t tests give scipy's p values."""
    for effect, equal in ((pooled, True), (apart, False)):
        wanted = stats.ttest_ind(recorded, new, equal_var=equal).pvalue
        assert effect(recorded, new).chance() == pytest.approx(wanted, rel=1e-6, abs=1e-9)


@given(st.floats(), st.floats())
def test_any_number_can_be_spelled(value: float, uncertainty: float) -> None:
    """No number is too large, too small or too odd to be written, and what is written reads back as a number."""
    float(spell(value, uncertainty))
