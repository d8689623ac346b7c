"""What is called proved: over a made-up target whose bits are known for every set of differences that is taken away."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from envprobe.causes.cause import Cause, Explanation, ExplanationVerdict
from envprobe.causes.intervention import Intervention, NoIntervention
from envprobe.causes.proving import OTHER_COPY, UNSEEN, Taken, TrialOutcome, Way, prove

A, B, C = (Intervention(path=f"environment.{name}", words=f"unset {name}") for name in "ABC")
World = Callable[[frozenset[str]], int]
"""Names that are taken away to the number of records that then differ from the baseline's."""


def explanation(*paths: str) -> Explanation:
    causes = [Cause(paths=[path], rank=rank, mechanism="m", rule="r", source="s") for rank, path in enumerate(paths, 1)]
    return Explanation(verdict=ExplanationVerdict.EXPLAINED, expected="tf", observed="docker://x", causes=causes)


def outcome(moved: int) -> TrialOutcome:
    return TrialOutcome(state=f"{moved} differ", moved=moved, first="operation/matmul" if moved else None)


def proved(ways: Sequence[Way], world: World, observed: int | None = None) -> Explanation:
    paths = [way.path if way is not None else "environment.PYTHONHASHSEED" for way in ways]

    def run_each(taken: Sequence[Taken]) -> list[TrialOutcome]:
        return [outcome(world(frozenset(one.path[-1] for one in part))) for part in taken]

    state = f"{world(frozenset()) if observed is None else observed} differ"
    return prove(explanation(*paths), ways, state, run_each)


def statuses(found: Explanation) -> dict[str, str]:
    return {cause.paths[0][-1]: cause.proof.status for cause in found.causes}


def test_one_that_restores_is_proved() -> None:
    """A alone restores every record, B moves nothing: A is the minimal set and comes first."""
    found = proved([B, A], lambda taken: 0 if "A" in taken else 60)
    assert statuses(found) == {"A": "restores", "B": "no-effect"}
    assert (found.minimal, found.verdict, found.causes[0].paths) == (["environment.A"], ExplanationVerdict.EXPLAINED, [A.path])


def test_two_caps_of_which_either_alone_changes_nothing() -> None:
    """Neither restores alone, both do together: the set is proved, and no member of it by itself."""
    found = proved([A, B, C], lambda taken: 0 if {"A", "B"} <= taken else 49)
    assert found.minimal == [A.path, B.path]
    assert statuses(found) == {"A": "no-effect", "B": "no-effect", "C": "no-effect"}
    assert B.path in found.causes[0].proof.why


def test_one_that_moves_the_bits_elsewhere() -> None:
    """Taking A away alone moves them to another place, and only A with B restores."""
    found = proved([A, B], lambda taken: {frozenset(): 60, frozenset("A"): 70, frozenset("B"): 3}.get(taken, 0))
    assert statuses(found) == {"A": "moves-to", "B": "moves-to"}
    assert [cause.proof.moved for cause in found.causes] == [70, 3]
    assert found.minimal == [A.path, B.path]


def test_a_cause_that_is_not_among_the_candidates() -> None:
    """What is left after all was taken away is said; nothing is called proved."""
    found = proved([A, B], lambda taken: 60 - 20 * len(taken))
    assert (found.minimal, found.verdict) == ([], ExplanationVerdict.PARTLY)
    assert "20 records still differ" in found.unexplained[-1]
    found = proved([A, B], lambda taken: 60)
    assert (found.minimal, found.verdict) == ([], ExplanationVerdict.UNEXPLAINED)


def test_a_copy_that_computes_something_else_proves_nothing() -> None:
    """Where an unchanged copy does not leave what the target left, what restores there says nothing of the target."""
    found = proved([A], lambda taken: 0 if taken else 60, observed=61)
    assert (found.minimal, statuses(found)) == ([], {"A": "impossible"})
    assert found.causes[0].proof.why == OTHER_COPY


def test_what_cannot_be_tried_says_why() -> None:
    """Another CPU takes a second machine; a hash seed is nothing that the benchmark sees."""
    found = proved([NoIntervention("cpu.model", "another processor"), None], lambda taken: 60)
    assert [(cause.proof.status, cause.proof.why) for cause in found.causes] == [
        ("impossible", "another processor"),
        ("untried", UNSEEN),
    ]


def test_what_was_not_taken_away_is_not_proved() -> None:
    """A run with a problem counts for nothing, whatever its bits are."""

    def run_each(taken: Sequence[Taken]) -> list[TrialOutcome]:
        return [
            TrialOutcome(state="60", moved=60) if not part else TrialOutcome(moved=0, problem="it is still there")
            for part in taken
        ]

    found = prove(explanation(A.path, B.path), [A, B], "60", run_each)
    assert (found.minimal, statuses(found)) == ([], {"A": "impossible", "B": "impossible"})
