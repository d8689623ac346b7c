"""Claims about two experiments: what a name stands for, and which runs belong together."""

from __future__ import annotations

import pytest

from envprobe.claim import ClaimResult, ClaimVerdict, parse_claim
from envprobe.error import UsageError
from envprobe.experiment.claims import judge_claims
from envprobe.runs import Run
from tests.support.run_sample import attempt, described, run, seeded

OLD = [0.80, 0.82, 0.79, 0.81, 0.80]
NEW = [0.86, 0.88, 0.85, 0.87, 0.86]


def _judge(text: str, expected: Run, observed: Run) -> ClaimResult:
    (result,) = judge_claims([parse_claim(text)], expected, observed)
    return result


@pytest.mark.parametrize(
    ("amount", "verdict"), [("+0.05", ClaimVerdict.HOLDS), ("+0.0605", ClaimVerdict.REFUTED), ("+5%", ClaimVerdict.HOLDS)]
)
def test_runs_of_the_same_seeds_are_pairs(amount: str, verdict: ClaimVerdict) -> None:
    """Where seeds match each run is held against its own: then the spread between seeds does not count."""
    result = _judge(f"metrics.json:accuracy >= {amount}", seeded(OLD), seeded(NEW))
    assert (result.verdict, result.paired, result.runs) == (verdict, True, (5, 5))
    assert result.effect == pytest.approx(0.06)


def test_runs_of_other_seeds_are_independent() -> None:
    """Other seeds, or only some of the same, are two groups with a spread of their own."""
    for first_seed in (100, 4):
        result = _judge("accuracy >= +0.03", seeded(OLD), seeded(NEW, first_seed=first_seed))
        assert (result.verdict, result.paired) == (ClaimVerdict.HOLDS, False)
    result = _judge("accuracy >= +0.05", seeded(OLD), seeded(NEW, first_seed=100))
    assert result.verdict is ClaimVerdict.UNDECIDED
    assert result.needed


def test_pairs_among_more_runs_are_enough_from_five_on() -> None:
    """Five shared seeds of ten recorded ones are compared in pairs, the others left out."""
    result = _judge("accuracy >= +0.05", seeded([*OLD, 0.7, 0.9]), seeded(NEW))
    assert (result.paired, result.runs) == (True, (5, 5))


@pytest.mark.parametrize("name", ["metrics.json:test.accuracy", "test.accuracy", "accuracy"])
def test_a_metric_is_named_whole_or_as_far_as_it_is_the_only_one(name: str) -> None:
    """The result says its whole name."""
    sides = [run(*(attempt(described(**{"test.accuracy": value})) for value in values)) for values in (OLD, NEW)]
    assert _judge(f"{name} >= +0.01", *sides).claim.metric == "metrics.json:test.accuracy"


def test_of_a_list_the_last_number_is_meant() -> None:
    """`loss` of a history is its end."""
    sides = [run(*(attempt(described(**{"loss[0]": 9.0, "loss[1]": value})) for value in values)) for values in (OLD, NEW)]
    assert _judge("loss <= +0.1", *sides).claim.metric == "metrics.json:loss[last]"


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("acuracy >= +0", "no output of these runs has such a metric", "did you mean accuracy?"),
        ("loss >= +0", "loss stands for 2 metrics", "name one: metrics.json:loss, more.json:loss"),
        ("only_old >= +0", "no new run has metrics.json:only_old", ""),
        ("only_new >= +0", "no recorded run has metrics.json:only_new", ""),
    ],
)
def test_a_metric_that_is_not_there_is_refused(text: str, message: str, hint: str) -> None:
    """None, several, or one side's alone: the message says which, the hint what there is."""
    old = run(attempt(described(accuracy=0.8, loss=1.0, only_old=1.0), described("more.json", loss=1.0)))
    new = run(attempt(described(accuracy=0.8, loss=1.0, only_new=1.0), described("more.json", loss=1.0)))
    with pytest.raises(UsageError, match=message) as caught:
        _judge(text, old, new)
    assert hint in caught.value.hint


def test_runs_that_failed_show_nothing() -> None:
    """Where no run of a side ended well, the claim is undecided; failed ones among others do not count."""
    failed = run(attempt(described(accuracy=0.9), exit_status=1))
    assert _judge("accuracy >= +0", seeded(OLD), failed).why == "no new run came to a good end"
    some = run(*(attempt(described(accuracy=value)) for value in NEW), attempt(described(accuracy=0.0), exit_status=1))
    assert _judge("accuracy >= +0.03", seeded(OLD), some).verdict is ClaimVerdict.HOLDS
