"""Which differences change an experiment's outcome: halving where one acts, delta debugging where several do. Pure.

A difference is named as found only where the experiment was run in a copy in which the found ones, and nothing else, were taken
away, and gave the baseline's outcome, while without taking any one of them away it did not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Literal

import msgspec

from .intervention import Intervention, NoIntervention
from .minimize import ddmin

SCHEMA = "envprobe.bisection/1"
NONE_EXPLAINS = "none of the differences that were tried explains it: without all of them the outcome is not the baseline's"
SEVERAL_RUNS = 2
"""What a search takes beside the halving: everything taken away, and what is left taken away alone."""


class BisectionVerdict(Enum):
    """Whether the differences that change the outcome are known."""

    FOUND = "found"
    UNRESOLVED = "unresolved"


BISECTION_STATUS = {BisectionVerdict.FOUND: 0, BisectionVerdict.UNRESOLVED: 1}
Outcome = Literal["baseline", "other", "failed", "unknown"]


class ExperimentTrial(msgspec.Struct, frozen=True):
    """What an experiment came to in one copy."""

    outcome: Outcome
    """`failed` where the command failed; `unknown` where it was not run, or its outputs could not be judged."""
    why: str = ""


class TakenAway(msgspec.Struct, frozen=True, kw_only=True):
    """What was done to a copy so that facts are as the baseline has them."""

    paths: list[str]
    words: str
    """As `unset TF_ENABLE_ONEDNN_OPTS`."""


class SkippedSet(msgspec.Struct, frozen=True, kw_only=True):
    """Differences that could not be tried together."""

    paths: list[str]
    why: str


class Bisection(msgspec.Struct, frozen=True, kw_only=True):
    """The smallest set of differences that changes an experiment's outcome."""

    verdict: BisectionVerdict
    expected: str
    """What the baseline is called."""
    observed: str
    why: str
    """What was seen, one sentence."""
    is_undecided: bool = False
    """Whether no answer is possible, as the outcome is not stable or could not be judged."""
    minimal: list[str] = []
    """The facts that were found; empty where that is unresolved."""
    narrowed: list[str] = []
    """The fewest facts that were seen to give the baseline's outcome when taken away, where not all may be needed."""
    taken_away: list[TakenAway] = []
    """What was taken away of `minimal` or `narrowed`."""
    skipped: list[SkippedSet] = []
    """Sets that were left out of the search, as they could not be made or had no clear outcome."""
    not_taken_away: list[SkippedSet] = []
    """Differences that no copy can be without; each may act."""
    commits: list[str] = []
    """Of `code.commit` among the found ones: the first commit with which the outcome is other, or those among which it is."""
    runs: int = 0
    """How many times a copy was made and the command run in it."""
    kept: int = 0
    """How many answers were kept from before."""
    seconds: float = 0.0


Removal = Sequence[Intervention]
"""What is taken away at once, as one change of a copy makes several facts the baseline's."""
Ask = Callable[[Sequence[Removal]], ExperimentTrial]
"""Run the experiment in a copy in which these are taken away; never raises."""


def most_runs(count: int) -> int:
    """Return how many runs a search takes at most where one of `count` differences acts alone."""
    return max(count - 1, 0).bit_length() + SEVERAL_RUNS


def removals(ways: Sequence[Intervention]) -> list[Removal]:
    """Join what does the same to a copy: the version and the files of one package are one wheel."""
    groups: dict[bytes, list[Intervention]] = {}
    for way in ways:
        groups.setdefault(msgspec.json.encode(msgspec.structs.replace(way, path="", words="")), []).append(way)
    return [tuple(group) for group in groups.values()]


def paths_of(part: Sequence[Removal]) -> list[str]:
    """Return the facts that are taken away."""
    return [way.path for removal in part for way in removal]


class _Search:
    """What was asked, and what is known of it."""

    def __init__(self, items: Sequence[Removal], control: ExperimentTrial, ask: Ask) -> None:
        self._items, self._control, self._ask = items, control, ask
        self._known: dict[frozenset[int], ExperimentTrial] = {frozenset(): control}
        self.fewest: list[int] = []

    def restores(self, part: Sequence[int]) -> bool:
        """Tell whether the outcome is seen to be the baseline's without these."""
        key = frozenset(part)
        if key not in self._known:
            self._known[key] = self._ask([self._items[index] for index in sorted(key)])
        is_restored = self._known[key].outcome == "baseline"
        if is_restored and (not self.fewest or len(key) < len(self.fewest)):
            self.fewest = sorted(key)
        return is_restored

    def is_kept(self, part: Sequence[int]) -> bool:
        """Tell whether the outcome is seen not to be the baseline's: an unknown outcome counts as neither."""
        self.restores(part)
        outcome = self._known[frozenset(part)].outcome
        return outcome == "other" or (outcome == "failed" == self._control.outcome)

    def least(self) -> list[int]:
        """Return the set that is left: by halving, as if one acted; where none is seen to, by delta debugging."""
        left = list(range(len(self._items)))
        while len(left) > 1:
            first, second = left[: len(left) // 2], left[len(left) // 2 :]
            left = first if self.restores(first) else second
        return left if self.restores(left) else ddmin(self.fewest, self.restores)

    @property
    def skipped(self) -> list[SkippedSet]:
        """Sets without a clear outcome."""
        return [
            SkippedSet(paths=paths_of([self._items[index] for index in sorted(key)]), why=trial.why)
            for key, trial in self._known.items()
            if key and (trial.outcome == "unknown" or (trial.outcome == "failed" != self._control.outcome))
        ]


def bisect(items: Sequence[Removal], control: ExperimentTrial, ask: Ask, expected: str, observed: str) -> Bisection:
    """Return which of the differences change the outcome. `control` is what copies came to in which nothing was taken away."""
    nothing = Bisection(verdict=BisectionVerdict.UNRESOLVED, expected=expected, observed=observed, why=control.why)
    if control.outcome == "unknown":
        return msgspec.structs.replace(nothing, is_undecided=True)
    if control.outcome == "baseline":
        why = "an unchanged copy comes to the baseline's outcome: no difference changes it"
        return msgspec.structs.replace(nothing, why=why)
    if not items:
        return msgspec.structs.replace(nothing, why="there is no difference that a copy can be without")
    search = _Search(items, control, ask)
    everything = range(len(items))
    if not search.restores(everything):
        is_told = search.is_kept(everything)
        seen = f"; in an unchanged copy {control.why}" if control.why else ""
        why = NONE_EXPLAINS + seen if is_told else "the outcome without all of these differences is unknown"
        return msgspec.structs.replace(nothing, why=why, is_undecided=not is_told, skipped=search.skipped)
    return _concluded(nothing, items, search)


def _concluded(nothing: Bisection, items: Sequence[Removal], search: _Search) -> Bisection:
    """Halve, and name what is left where each of it is seen to be needed."""
    least = search.least()
    is_minimal = all(search.is_kept([one for one in least if one != index]) for index in least)
    part = [items[index] for index in least]
    taken = [
        TakenAway(paths=[way.path for way in removal], words="; ".join(dict.fromkeys(way.words for way in removal)))
        for removal in part
    ]
    if is_minimal:
        return msgspec.structs.replace(
            nothing,
            verdict=BisectionVerdict.FOUND,
            why="in a copy without these, all else unchanged, the outcome is the baseline's; with any one of them it is not",
            minimal=paths_of(part),
            taken_away=taken,
            skipped=search.skipped,
        )
    why = "in a copy without these the outcome is the baseline's; whether all of them are needed is unknown"
    return msgspec.structs.replace(nothing, why=why, narrowed=paths_of(part), taken_away=taken, skipped=search.skipped)


def first_other(count: int, ask: Callable[[int], ExperimentTrial]) -> tuple[int, int]:
    """Return where a row of steps turns from the baseline's outcome to another: after the one, at the latest at the other.

    -1 is the baseline's own, and `count` what is there now; both are known. A step without a clear outcome is skipped, as git
    bisect skips: its neighbours are asked.
    """
    low, high, skipped = -1, count, set[int]()
    while waiting := [step for step in range(low + 1, high) if step not in skipped]:
        step = min(waiting, key=lambda one: abs(2 * one - low - high))
        outcome = ask(step).outcome
        if outcome == "baseline":
            low = step
        elif outcome == "other":
            high = step
        else:
            skipped.add(step)
    return low, high


def skipped_of(ways: Sequence[NoIntervention]) -> list[SkippedSet]:
    """Return the differences that no copy can be without, those with one reason together."""
    by_why: dict[str, list[str]] = {}
    for way in ways:
        by_why.setdefault(way.why, []).append(way.path)
    return [SkippedSet(paths=paths, why=why) for why, paths in by_why.items()]
