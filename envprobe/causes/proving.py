"""Causes proved: each taken away alone, then several together, and what the benchmark leaves then. Pure: runs are asked for.

Nothing is called proved that was not run: a set restores only where the benchmark left the baseline's very bits in a copy in
which that set, and nothing else, was taken away, while an unchanged copy left the observed ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from ..spelling import some
from .cause import Explanation, ExplanationVerdict, Proof, ProofStatus, UnchangedCopy
from .intervention import Intervention, NoIntervention
from .minimize import ddmin

UNSEEN = "not seen by the benchmark: nothing that it runs depends on it"
OTHER_COPY = "an unchanged copy does not compute what the target computes, so nothing can be proved in it"


class TrialOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What the benchmark left in one copy."""

    state: str = ""
    """What two runs share that left the same bits, or failed in the same way; empty where nothing could be run."""
    moved: int | None = None
    """How many records differ from the baseline's; None where there is no trace to compare."""
    first: str | None = None
    """Where the first of them is, `part/stage`."""
    compared: int = 0
    records: tuple[str, ...] = ()
    """Those that differ, `part/stage/tensor`."""
    run_s: float | None = None
    """How long the benchmark took, without the import of the framework."""
    problem: str = ""
    """Why nothing could be run, or why what was to be taken away is still there."""
    is_untried: bool = False
    """Whether the problem is that nobody had the time."""

    @property
    def restores(self) -> bool:
        """Whether these are the baseline's bits, every one."""
        return self.moved == 0 and not self.problem


Way = Intervention | NoIntervention | None
"""What takes a cause away, why nothing does, or None where the benchmark would not see it."""
Taken = Sequence[Intervention]
RunEach = Callable[[Sequence[Taken]], list[TrialOutcome]]
"""Run the benchmark in as many copies, in each of which these are done; never raises."""


def prove(explanation: Explanation, ways: Sequence[Way], observed_state: str, run_each: RunEach) -> Explanation:
    """Return the explanation with what was proved of each cause; `ways` has one for each, in their order.

    `observed_state` is the state of what is to be explained.
    """
    tried = {index: way for index, way in enumerate(ways) if isinstance(way, Intervention)}
    found = _with(explanation, {index: _not_run(way) for index, way in enumerate(ways) if index not in tried})
    if not tried:
        return found
    asked = _Asked(run_each)
    first, others = next(iter(tried)), list(tried.values())[1:]
    asked.all([(), [tried[first]], others])
    unchanged = asked.one(())
    problem = unchanged.problem or ("" if unchanged.state == observed_state else OTHER_COPY)
    if problem:
        status: ProofStatus = "untried" if unchanged.is_untried else "impossible"
        proofs = {index: Proof(status=status, why=problem) for index in tried}
        return msgspec.structs.replace(_with(found, proofs), advice=[problem])
    before = UnchangedCopy(first=unchanged.first, moved=unchanged.moved, compared=unchanged.compared)
    found = msgspec.structs.replace(found, unchanged=before)
    alone = asked.one([tried[first]])
    if others and alone.restores and asked.one(others).state == unchanged.state and not asked.one(others).problem:
        nothing = {index: _nothing_together(way, others, unchanged) for index, way in tried.items() if index != first}
        return _explained(_with(found, {**nothing, first: _proof(tried[first], alone, unchanged)}), [tried[first].path])
    outcomes = dict(zip(tried, asked.all([[way] for way in tried.values()]), strict=True))
    found = _with(found, {index: _proof(tried[index], outcome, unchanged) for index, outcome in outcomes.items()})
    single = next((index for index, outcome in outcomes.items() if outcome.restores), None)
    if single is not None:
        return _explained(found, [tried[single].path])
    usable = [tried[index] for index, outcome in outcomes.items() if not outcome.problem]
    return _several(found, usable, asked)


class _Asked:
    """What copies came to, each set run once; those that are asked for together run side by side."""

    def __init__(self, run_each: RunEach) -> None:
        self._run_each = run_each
        self._known: dict[frozenset[str], TrialOutcome] = {}

    def all(self, parts: Sequence[Taken]) -> list[TrialOutcome]:
        keys = [frozenset(way.path for way in part) for part in parts]
        new = {key: part for key, part in zip(keys, parts, strict=True) if key not in self._known}
        self._known.update(zip(new, self._run_each(list(new.values())), strict=True))
        return [self._known[key] for key in keys]

    def one(self, part: Taken) -> TrialOutcome:
        return self.all([part])[0]


def _several(explanation: Explanation, ways: list[Intervention], asked: _Asked) -> Explanation:
    """Take all away together; where that does more than nothing, find the least part of it that does as much.

    Those that do something alone are tried first, as the others seldom matter.
    """
    unchanged = asked.one(())
    if len(ways) < 2:
        return _left_over(explanation, [], unchanged)
    acting = [way for way in ways if asked.one([way]).state != unchanged.state]
    whole, _ = asked.all([ways, acting])
    if whole.problem or whole.state == unchanged.state:
        return _left_over(explanation, [], unchanged)

    def does_it(part: Sequence[Intervention]) -> bool:
        found = asked.one(part)
        return found.state == whole.state and not found.problem

    least = ddmin(acting if does_it(acting) else ways, does_it, asked.all)
    paths = [way.path for way in least]
    if not whole.restores:
        return _left_over(explanation, paths, whole)
    together = {
        index: msgspec.structs.replace(cause.proof, why=_together(cause.paths[0], paths))
        for index, cause in enumerate(explanation.causes)
        if cause.paths[0] in paths
    }
    return _explained(_with(explanation, together), paths)


def _together(path: str, paths: Iterable[str]) -> str:
    others = ", ".join(other for other in paths if other != path)
    return f"alone; taken away together with {others} it restores the baseline's bits"


def _nothing_together(way: Intervention, others: Taken, unchanged: TrialOutcome) -> Proof:
    rest = ", ".join(other.path for other in others if other is not way)
    why = f"taken away together with {rest}" if rest else way.words
    return Proof(status="no-effect", moved=unchanged.moved, why=why, done=way.words)


def _explained(explanation: Explanation, minimal: list[str]) -> Explanation:
    """Return the explanation with the set that restores; its causes come first."""
    first = [cause for cause in explanation.causes if cause.paths[0] in minimal]
    rest = [cause for cause in explanation.causes if cause.paths[0] not in minimal]
    causes = [msgspec.structs.replace(cause, rank=rank) for rank, cause in enumerate([*first, *rest], 1)]
    return msgspec.structs.replace(
        explanation, causes=causes, minimal=minimal, verdict=ExplanationVerdict.EXPLAINED, unexplained=[], advice=[]
    )


def _left_over(explanation: Explanation, paths: list[str], best: TrialOutcome) -> Explanation:
    """Return the explanation of which no set restores the baseline: what was tried is a part of the cause, or none."""
    left = f"{some(best.moved or 0, 'record')} still differ, the first in {best.first}" if best.moved else "it still does not run"
    if paths:
        words = f"with {', '.join(paths)} taken away together {left}: they are a part of the cause, and the rest is not found"
    else:
        words = f"nothing that could be taken away restores the baseline's bits: {left}"
    moves = any(cause.proof.status in ("moves-to", "restores") for cause in explanation.causes)
    verdict = ExplanationVerdict.PARTLY if paths or moves else ExplanationVerdict.UNEXPLAINED
    return msgspec.structs.replace(explanation, verdict=verdict, unexplained=[*explanation.unexplained, words], advice=[])


def _proof(way: Intervention, outcome: TrialOutcome, unchanged: TrialOutcome) -> Proof:
    if outcome.problem:
        return Proof(status="untried" if outcome.is_untried else "impossible", why=outcome.problem)
    if outcome.restores:
        return Proof(status="restores", moved=0, why=way.words, done=way.words)
    if outcome.state == unchanged.state:
        return Proof(status="no-effect", moved=outcome.moved, why=way.words, done=way.words)
    to = outcome.first or "a framework that does not run"
    return Proof(status="moves-to", to=to, moved=outcome.moved, why=way.words, done=way.words)


def _not_run(way: Way) -> Proof:
    return Proof(why=UNSEEN) if not isinstance(way, NoIntervention) else Proof(status="impossible", why=way.why)


def _with(explanation: Explanation, proofs: dict[int, Proof]) -> Explanation:
    causes = [
        msgspec.structs.replace(cause, proof=proofs.get(index, cause.proof)) for index, cause in enumerate(explanation.causes)
    ]
    return msgspec.structs.replace(explanation, causes=causes)
