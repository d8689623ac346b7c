"""Metrics judged by repeated runs. Reference values: R 4 (t.test, power.t.test), scipy and published tables, as noted."""

from __future__ import annotations

import math
from statistics import stdev

import pytest
from scipy import stats

from envprobe.statistic import Judgement, Outcome, Sample, judge, judge_all, runs_for_difference, runs_for_equivalence
from tests.bench.seeds import Cell, share

SEEDS = [0.871, 0.921, 0.893, 0.905, 0.868, 0.934, 0.899, 0.912, 0.882, 0.895]
"""Accuracy of ten seeds: mean 0.898."""
SPREAD = stdev(SEEDS)
NAN = math.nan


def _shifted(change: float) -> list[float]:
    return [value + change for value in SEEDS]


def test_five_percent_against_a_spread_of_five_is_no_difference() -> None:
    """A reviewer reads that a gain of 5 % is what the seed alone may do, and which change these runs would have shown."""
    judgement = judge(SEEDS, [0.898 * 1.05])
    assert judgement.outcome is Outcome.NO_DIFFERENCE
    assert judgement.sentence == (
        "+0.045 (+5 %), 95 % interval -0.005 to +0.095: no difference is shown, where one of 0.070 or more would have been"
    )


def test_ten_percent_is_a_difference_in_a_named_direction() -> None:
    """A gain beyond what seeds explain is said to be higher, a loss lower."""
    for factor, word in ((1.10, "higher"), (0.90, "lower")):
        judgement = judge(SEEDS, [0.898 * factor])
        assert judgement.outcome is Outcome.DIFFERENT
        assert judgement.sentence.endswith(f": {word}, and more than other seeds explain")


def test_one_new_run_is_judged_by_the_prediction_interval() -> None:
    """Mean ± t(0.975, n - 1) s sqrt(1 + 1/n): for n = 10, t = 2.262 (any table of Student's t)."""
    judgement = judge([float(value) for value in range(10)], [4.5])
    reach = 2.2621571627 * math.sqrt(55 / 6) * math.sqrt(1.1)
    assert (judgement.low, judgement.high) == pytest.approx((-reach, reach))


def test_several_runs_are_judged_by_student_s_test() -> None:
    """The p value is that of scipy, on the accuracies themselves or, where that is larger, on their log odds."""
    new = [0.93, 0.91, 0.92, 0.925]
    odds = [[math.log(value / (1 - value)) for value in values] for values in (SEEDS, new)]
    plain, bent = stats.ttest_ind(SEEDS, new).pvalue, stats.ttest_ind(*odds).pvalue
    assert judge(SEEDS, new).p_value == pytest.approx(max(plain, bent))


def test_what_would_have_been_shown_is_shown_four_times_in_five() -> None:
    """The stated resolution has a power of 80 %, as scipy's non-central t distribution says."""
    detectable = judge(SEEDS, _shifted(0.001)).detectable
    assert detectable is not None
    shift, critical = detectable / (SPREAD * math.sqrt(2 / 10)), stats.t.isf(0.025, 18)
    assert stats.nct.sf(critical, 18, shift) == pytest.approx(0.8, abs=1e-3)


@pytest.mark.parametrize(("recorded", "new"), [(1, 1), (1, 3), (3, 1), (4, 1), (2, 3)])
def test_fewer_than_six_runs_are_undetermined(recorded: int, new: int) -> None:
    """Never a pass, however close, and never an accusation; and how many would do is said."""
    for change in (0.0, 0.5):
        judgement = judge(SEEDS[:recorded], [value + change + 0.0001 for value in SEEDS[:new]])
        assert (judgement.outcome, judgement.runs_needed) == (Outcome.UNDETERMINED, 5)
        assert "6 in all are needed" in judgement.sentence


def test_one_recorded_run_is_judged_by_five_new_ones() -> None:
    """A colleague who repeats the one number of a report with five seeds gets an answer."""
    assert judge([0.91], SEEDS[:5]).outcome is Outcome.NO_DIFFERENCE
    assert judge([0.99], SEEDS[:5]).outcome is Outcome.DIFFERENT


@pytest.mark.parametrize(
    ("recorded", "new", "outcome", "words"),
    [
        ([0.9] * 5, [0.9], Outcome.NO_DIFFERENCE, "all runs gave 0.9"),
        ([0.9] * 5, [0.9000001], Outcome.DIFFERENT, "all 5 recorded runs gave 0.9 and the new run 0.9000001, without any spread"),
        ([1.0] * 5, [0.99], Outcome.UNDETERMINED, "too few runs to tell how often one falls short of the limit"),
        ([1.0] * 5, [0.99, 1.0, 1.0], Outcome.NO_DIFFERENCE, None),
        ([1.0] * 5, [2.0], Outcome.DIFFERENT, None),
        (SEEDS, [NAN], Outcome.DIFFERENT, "1 of 1 new run and 0 of 10 recorded runs gave NaN or infinity"),
        (SEEDS, [math.inf, -math.inf], Outcome.DIFFERENT, None),
        (SEEDS, [NAN, 0.9, 0.91], Outcome.UNDETERMINED, "too few to tell that from chance"),
        (SEEDS, [0.9, *[NAN] * 6], Outcome.DIFFERENT, "more than chance explains"),
        ([*SEEDS, NAN], [0.9], Outcome.NO_DIFFERENCE, "0 of 1 new run and 1 of 11 recorded runs gave NaN or infinity"),
        ([*SEEDS, NAN], [0.9, NAN], Outcome.NO_DIFFERENCE, None),
        ([*SEEDS, NAN], [NAN], Outcome.UNDETERMINED, None),
        ([0.0, 1.0, -1.0, 2.0, -2.0], [0.5], Outcome.NO_DIFFERENCE, None),
        ([1e308, -1e308, 1e308, -1e308, 0.0], [1.0], Outcome.UNDETERMINED, "too large"),
        ([1e-200, 2e-200, 3e-200, 1.5e-200, 2.5e-200], [1e-199], Outcome.DIFFERENT, None),
    ],
)
def test_odd_runs_have_a_stated_answer(recorded: list[float], new: list[float], outcome: Outcome, words: str | None) -> None:
    """No spread, a share at its limit, runs that diverged, a mean of 0, and numbers at both ends of the range."""
    judgement = judge(recorded, new)
    assert judgement.outcome is outcome
    assert words is None or words in judgement.sentence


def test_closeness_is_shown_by_two_one_sided_tests() -> None:
    """Ten runs with nearly the same mean are closer than three standard errors, with Welch's interval."""
    judgement = judge(SEEDS, _shifted(0.001), 0.03)
    assert judgement.outcome is Outcome.EQUIVALENT
    reach = stats.t.isf(0.05, 18) * math.sqrt(2 / 10) * SPREAD
    assert (judgement.low, judgement.high) == pytest.approx((0.001 - reach, 0.001 + reach), rel=1e-6)


def test_what_a_margin_does_not_settle_says_how_many_more_runs_would() -> None:
    """A shift far beyond the margin is a difference, one near it is neither; which counts would decide is said."""
    assert judge(SEEDS, _shifted(0.05), 0.01).outcome is Outcome.DIFFERENT
    judgement = judge(SEEDS, _shifted(0.011), 0.01)
    assert judgement.outcome is Outcome.UNDETERMINED
    assert judgement.runs_needed is not None and judgement.runs_needed > 50
    more = judgement.runs_needed - 10
    assert (
        f"about {judgement.runs_needed} runs each side would show ({more} recorded and {more} new ones more)"
        in judgement.sentence
    )


def test_runs_that_are_all_within_the_margin_need_no_test() -> None:
    """A rule speaks of numbers: where no two of them are further apart than it says, it accepts them, however few."""
    assert judge([0.9], [0.904], 0.005).outcome is Outcome.EQUIVALENT
    assert judge([0.9], [0.906], 0.005).outcome is Outcome.UNDETERMINED


def test_runs_of_the_same_seeds_are_judged_by_their_differences() -> None:
    """A shift that is small beside the spread of seeds is found where each seed shows it."""
    judgement = judge(SEEDS[:5], _shifted(-0.012)[:5], paired=True)
    assert judgement.outcome is Outcome.DIFFERENT
    assert judgement.sentence == "5 of 5 seeds are not bit-identical, -0.012 each: lower"
    assert judge(SEEDS[:5], _shifted(-0.012)[:5]).outcome is Outcome.NO_DIFFERENCE


def test_differences_of_seeds_without_a_direction_pass_where_there_are_enough() -> None:
    """Five pairs whose differences cancel pass with their resolution; fewer are a difference that nothing excuses."""
    changes = [0.001, -0.002, 0.0015, -0.001, 0.0005]
    new = [value + change for value, change in zip(SEEDS, changes, strict=False)]
    judgement = judge(SEEDS[:5], new, paired=True)
    assert judgement.outcome is Outcome.NO_DIFFERENCE
    assert judgement.p_value == pytest.approx(stats.ttest_1samp(changes, 0).pvalue)
    few = judge(SEEDS[:4], new[:4], paired=True)
    assert few.outcome is Outcome.DIFFERENT
    assert few.sentence == "4 of 4 seeds are not bit-identical; 5 pairs would show whether the mean is another"


def test_a_seed_that_diverged_and_did_not_before_is_a_difference() -> None:
    """NaN from a seed that gave a number is no chance."""
    assert judge(SEEDS, [*SEEDS[:9], NAN], paired=True).outcome is Outcome.DIFFERENT
    assert judge([*SEEDS, NAN], [*_shifted(0.05), NAN], paired=True).outcome is Outcome.DIFFERENT


@pytest.mark.parametrize("metrics", [1, 6])
@pytest.mark.parametrize(("recorded", "new"), [(5, 1), (1, 5), (5, 5), (10, 10)])
def test_honest_runs_are_accused_about_once_in_twenty(recorded: int, new: int, metrics: int) -> None:
    """However many runs and metrics: 400 simulated experiments, so within three standard errors of 5 %; docs/experiments.md has more."""
    found = share(Cell(recorded, new, metrics, trials=400))
    assert found.differs <= 8.3
    assert found.passes >= 91.7


def test_a_clear_change_is_found() -> None:
    """Three standard deviations in one of six metrics, with five and five runs, nearly always."""
    assert share(Cell(5, 5, 6, shift=3.0, trials=100)).differs >= 70


def test_many_metrics_are_one_family() -> None:
    """Among twenty metrics one that lies just outside its own 95 % interval is no finding; one that is far off is."""
    honest = {str(number): Sample(recorded=SEEDS, new=[0.95]) for number in range(20)}
    assert judge(SEEDS, [0.95]).outcome is Outcome.DIFFERENT
    found = judge_all({**honest, "broken": Sample(recorded=SEEDS, new=[0.1])})
    assert found.pop("broken").outcome is Outcome.DIFFERENT
    assert {judgement.outcome for judgement in found.values()} == {Outcome.NO_DIFFERENCE}


def test_what_shuffled_runs_do_as_well_is_no_finding() -> None:
    """Twenty skewed metrics of three new runs: the test alone would accuse one that a tenth of all deals surpasses."""
    skewed = [1.0, 1.0, 1.1, 1.0, 1.2, 1.0, 1.1, 1.0, 1.0, 9.0]

    def turned(by: int) -> Sample:
        values = [*skewed[by:], *skewed[:by]]
        return Sample(recorded=[-value for value in values[:7]], new=[-value for value in values[7:]])

    (judgement,) = {one.outcome for one in judge_all({str(by): turned(by) for by in range(10)}).values()}
    assert judgement is Outcome.NO_DIFFERENCE


def test_runs_that_diverged_are_left_out_where_runs_are_shuffled() -> None:
    """A NaN on both sides neither hides a clear difference nor makes one of chance."""
    assert judge([*SEEDS, NAN], [*_shifted(0.05), NAN]).outcome is Outcome.DIFFERENT
    lone = [1.0, 1.0, 1.1, 1.0, 1.2, NAN], [1.05, 30.0, 1.0, NAN]
    assert judge(*lone).outcome is Outcome.NO_DIFFERENCE


@pytest.mark.parametrize(("difference", "count"), [(2.0, 6), (1.0, 17), (0.8, 26), (0.5, 64), (0.2, 394)])
def test_runs_for_a_difference_are_those_of_the_tables(difference: float, count: int) -> None:
    """Cohen 1988, table 2.4.1, for 5 % two-sided and 80 % power: 26, 64 and 394 for d = 0.8, 0.5 and 0.2."""
    assert runs_for_difference(1.0, difference) in (count, count - 1)


@pytest.mark.parametrize(("difference", "count"), [(1.0, 10), (0.5, 34), (0.2, 199)])
def test_pairs_for_a_difference_are_those_of_the_tables(difference: float, count: int) -> None:
    """R: power.t.test(delta, sd = 1, power = 0.8, type = "paired") gives 9.94, 33.4 and 198.2."""
    assert runs_for_difference(1.0, difference, paired=True) == count


def test_runs_for_closeness_grow_with_the_square_of_the_margin() -> None:
    """Half the margin needs four times the runs, as 2 (z(0.95) + z(0.9))^2 (s / margin)^2 says."""
    for margin in (0.5, 0.25, 0.1):
        assert runs_for_equivalence(1.0, margin) == pytest.approx(2 * (1.645 + 1.2816) ** 2 / margin**2, rel=0.03)


def test_what_no_number_of_runs_shows_has_no_number() -> None:
    """Beyond ten thousand runs, and for a difference of 0, there is none."""
    assert runs_for_difference(1.0, 1e-6) is None
    assert runs_for_equivalence(1.0, 0.0) is None
    assert runs_for_difference(0.0, 1.0) == 3


def test_a_judgement_is_one_line() -> None:
    """Whatever is judged, the sentence can stand in a table."""
    every: list[Judgement] = [judge(SEEDS, _shifted(change), margin) for change in (0, 0.01, 1) for margin in (None, 0.01)]
    assert not any("\n" in judgement.sentence for judgement in every)
