"""Delta debugging: what it returns does it, and no part of that can be left out."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from envprobe.causes.minimize import ddmin


@given(st.sets(st.integers(0, 11), min_size=1), st.just(12))
def test_the_culprits_are_found(culprits: set[int], count: int) -> None:
    """Where exactly some act together, exactly these are returned."""
    assert set(ddmin(range(count), lambda part: culprits <= set(part))) == culprits


@given(st.integers(1, 40), st.data())
def test_one_culprit_takes_few_runs(count: int, data: st.DataObject) -> None:
    """Of n independent differences one that acts alone is found in about two times log2(n) runs."""
    culprit = data.draw(st.integers(0, count - 1))
    asked: list[Sequence[int]] = []

    def does_it(part: Sequence[int]) -> bool:
        asked.append(part)
        return culprit in part

    assert ddmin(range(count), does_it) == [culprit]
    assert len(asked) <= 2 * max(count - 1, 0).bit_length()


@given(st.dictionaries(st.frozensets(st.integers(0, 5)), st.booleans()))
def test_what_is_returned_was_asked_or_is_everything(outcomes: dict[frozenset[int], bool]) -> None:
    """However odd the outcomes are, the set that is returned was seen to do it."""
    everything = frozenset(range(6))
    seen = {everything: True}

    def does_it(part: Sequence[int]) -> bool:
        seen[frozenset(part)] = outcomes.get(frozenset(part), False)
        return seen[frozenset(part)]

    assert seen[frozenset(ddmin(range(6), does_it))]
