"""Which differences change an outcome: few runs, and nothing is named that was not seen."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from math import ceil, log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envprobe.causes.bisection import (
    Bisection,
    BisectionVerdict,
    ExperimentTrial,
    Removal,
    bisect,
    first_other,
    most_runs,
    paths_of,
    removals,
)
from envprobe.causes.intervention import Intervention

FOUND, UNRESOLVED = BisectionVerdict.FOUND, BisectionVerdict.UNRESOLVED
OTHER = ExperimentTrial("other")


class Oracle:
    """An experiment whose outcome hangs on what is taken away; counts how often it is run."""

    def __init__(self, outcome: Callable[[frozenset[str]], str]) -> None:
        self._outcome = outcome
        self.asked: list[frozenset[str]] = []

    def __call__(self, part: Sequence[Removal]) -> ExperimentTrial:
        self.asked.append(frozenset(paths_of(part)))
        return ExperimentTrial(self._outcome(self.asked[-1]), "so it is")  # type: ignore[arg-type]


def ways(count: int) -> list[Removal]:
    return removals([Intervention(path=str(i), words=f"unset V{i}", variables={f"V{i}": None}) for i in range(count)])


def without(culprits: Collection[str]) -> Callable[[frozenset[str]], str]:
    return lambda part: "baseline" if set(culprits) <= part else "other"


def searched(count: int, oracle: Oracle, control: ExperimentTrial = OTHER) -> Bisection:
    return bisect(ways(count), control, oracle, "good.json", "local://")


@given(st.integers(1, 200), st.data())
def test_one_culprit_takes_log2_runs_and_two(count: int, data: st.DataObject) -> None:
    """Of n independent differences one that acts alone is found, and was run alone, in at most ceil(log2 n) + 2 runs."""
    culprit = str(data.draw(st.integers(0, count - 1)))
    oracle = Oracle(without([culprit]))
    found = searched(count, oracle)
    assert (found.verdict, found.minimal) == (FOUND, [culprit])
    assert frozenset([culprit]) in oracle.asked
    assert len(oracle.asked) <= ceil(log2(count)) + 2 == most_runs(count)


@given(st.sets(st.integers(0, 11), min_size=1))
def test_several_that_act_together_are_found(culprits: set[int]) -> None:
    """Where exactly some act together, exactly these are named."""
    found = searched(12, Oracle(without([str(index) for index in culprits])))
    assert found.verdict is FOUND
    assert {int(path) for path in found.minimal} == culprits


@given(
    st.dictionaries(st.frozensets(st.sampled_from("012345")), st.sampled_from(["baseline", "other", "failed", "unknown"])),
    st.sampled_from(["other", "failed"]),
)
def test_what_is_named_was_seen_and_is_minimal(outcomes: dict[frozenset[str], str], control: str) -> None:
    """However odd the outcomes are: what is found was seen to restore, and seen not to without any one of its members."""
    outcomes = {**outcomes, frozenset(): control}
    oracle = Oracle(lambda part: outcomes.get(part, "baseline" if len(part) == 6 else "unknown"))
    found = searched(6, oracle, ExperimentTrial(control))  # type: ignore[arg-type]
    named = frozenset(found.minimal or found.narrowed)
    assert bool(found.minimal) == (found.verdict is FOUND)
    if named:
        assert named in oracle.asked and oracle(ways_of(named)).outcome == "baseline"
    seen_otherwise = {"other", control}
    if found.verdict is FOUND:
        assert all(outcomes.get(named - {one}, "unknown") in seen_otherwise for one in named)


def ways_of(paths: Collection[str]) -> list[Removal]:
    return [removal for removal in ways(6) if removal[0].path in paths]


def test_none_of_them_explains_it() -> None:
    """Where all are taken away and the outcome is still another one, nothing is searched."""
    oracle = Oracle(lambda part: "other")
    found = searched(8, oracle)
    assert (found.verdict, found.is_undecided, found.minimal) == (UNRESOLVED, False, [])
    assert "none of the differences" in found.why and len(oracle.asked) == 1


@pytest.mark.parametrize(
    ("control", "undecided"), [(ExperimentTrial("unknown", "it is not stable"), True), (ExperimentTrial("baseline"), False)]
)
def test_without_a_stable_other_outcome_nothing_is_run(control: ExperimentTrial, undecided: bool) -> None:
    """A flaky outcome, or the baseline's own, has no difference to be sought."""
    oracle = Oracle(lambda part: "baseline")
    found = searched(8, oracle, control)
    assert (found.verdict, found.is_undecided, oracle.asked) == (UNRESOLVED, undecided, [])


def test_a_set_that_cannot_be_made_is_skipped_with_its_reason() -> None:
    """Where the only proof that a member is needed failed, the set is narrowed to, and not called found."""
    found = searched(2, Oracle(lambda part: "baseline" if len(part) == 2 else "failed"))
    assert (found.verdict, found.minimal, found.narrowed) == (UNRESOLVED, [], ["0", "1"])
    assert [(one.paths, one.why) for one in found.skipped] == [(["0"], "so it is"), (["1"], "so it is")]


def test_facts_of_one_change_are_one_difference() -> None:
    """A package's version and its files are one wheel: they cannot be told apart, and both are named."""
    wheel = [
        Intervention(path=path, words="h5py in front", wheels=("h5py==3.6.0",)) for path in ("packages.h5py", "integrity.h5py")
    ]
    found = bisect(removals(wheel), OTHER, Oracle(without(["packages.h5py"])), "good.json", "local://")
    assert found.minimal == ["packages.h5py", "integrity.h5py"]
    assert len(found.taken_away) == 1


@given(st.integers(0, 300), st.data())
def test_the_step_that_turns_the_outcome_takes_log2_runs(count: int, data: st.DataObject) -> None:
    """Of a row of commits the first that is other is found, in as many runs as halving takes."""
    turn = data.draw(st.integers(0, count))
    asked: list[int] = []

    def ask(step: int) -> ExperimentTrial:
        asked.append(step)
        return ExperimentTrial("other" if step >= turn else "baseline")

    assert first_other(count, ask) == (turn - 1, turn)
    assert len(asked) <= count.bit_length()


def test_steps_that_fail_are_skipped_and_none_of_them_is_named_alone() -> None:
    """Where all between a good and a bad commit fail, any of them may be it."""
    outcomes = ["baseline", "failed", "unknown", "other", "other"]
    assert first_other(5, lambda step: ExperimentTrial(outcomes[step])) == (0, 3)  # type: ignore[arg-type]
    assert first_other(2, lambda step: ExperimentTrial("failed")) == (-1, 2)
