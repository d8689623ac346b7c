"""Two machines brought to the same bits by switches: `align`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from threading import Lock

from ..assess.trace import compare_traces, expected_traces
from ..baseline import Baseline
from ..causes.alignment import (
    AlignedMember,
    Alignment,
    AlignmentVerdict,
    Chosen,
    RecordCount,
    left_of,
    option,
    search,
    switchables,
    together,
    verdict_of,
)
from ..causes.intervention import Intervention
from ..causes.proving import TrialOutcome
from ..config import Config, load_config
from ..error import UsageError
from ..fingerprint import Fingerprint
from ..numerics import comparison
from ..numerics.comparison import Comparison
from ..numerics.trace import read_trace
from ..policy import Policy
from ..probing.collect import Options
from ..probing.collect import observe as observe_target
from ..progress import Progress
from ..targets.address import parse, shown
from ..targets.deadline import Deadline
from ..trial.laboratory import ENGINES, open_laboratory
from ..trial.runs import TrialRuns
from .comparison import policy_of
from .environment import observe
from .probing import options_of

BUDGET_S = 300
Compared = Callable[[Fingerprint, Intervention], Comparison | None]


def align(
    target: str | None = None,
    baseline: str | None = None,
    *,
    others: Sequence[str] = (),
    options: Options | None = None,
    config: Config | None = None,
    progress: Progress | None = None,
    budget_s: float = BUDGET_S,
) -> Alignment:
    """Return the smallest set of switches found under which targets leave the same bits: a baseline's, or those of each other.

    Each set is run in copies of the target and of all `others`, under the same switches; where no baseline is named, the bits
    to come to are those of the first of the others. Raises what `check` raises; UsageError for a target of which no copy can be
    made, and where one side has no benchmark.
    """
    config, say = config or load_config(Path.cwd()), progress or (lambda words: None)
    reference, asked = target or config.target, options_of(options, config)
    with ExitStack() as stack:

        def runs_of(one: str, seen: Fingerprint, compared: Compared) -> TrialRuns:
            laboratory = stack.enter_context(open_laboratory(one, seen, Deadline(budget_s + 60)))
            return TrialRuns(laboratory, seen, seen, compared, budget_s, say)

        members = [reference, *others]
        if baseline is not None or not others:
            expected, observed = observe(reference, baseline, options=options, config=config, progress=progress)
            if not expected_traces(expected.document):
                raise UsageError(f"{expected.name} has no benchmark to come to", "record it with its benchmark")
            compared = _against(expected.document, policy_of(expected, config))
            name, seen = expected.name, observed.document
            wanted = expected.document.fingerprint or seen
            found = [observe_target(one, asked, progress=progress).fingerprint for one in others]
            lab = [runs_of(*one, compared) for one in zip(members, [seen, *found], strict=True)]
        else:
            seen, wanted, *found = (observe_target(one, asked, progress=progress).fingerprint for one in members)
            name = shown(others[0])
            twin = runs_of(others[0], wanted, lambda found, way: None)
            members.remove(others[0])
            lab = [runs_of(*one, _beside(twin)) for one in zip(members, [seen, *found], strict=True)]
        tried = _Tried(members, lab)
        chosen, before, after = search(switchables(wanted, seen), tried.each)
        return Alignment(
            verdict=AlignmentVerdict.NONE if before.problem else verdict_of(before, after),
            expected=name,
            observed=", ".join(map(shown, members)),
            switches=chosen,
            before=RecordCount(before.moved, before.compared),
            after=RecordCount(after.moved, after.compared),
            members=tried.members(chosen),
            left=left_of(after),
            cost=_cost(before, after) if chosen else None,
            problem=before.problem,
            untried=sum(runs.untried for runs in lab),
            runs=sum(runs.count for runs in lab),
            seconds=round(max(runs.seconds for runs in lab), 1),
        )


class _Tried:
    """What a lab of machines left under each set of switches, each set run once on each of them."""

    def __init__(self, members: Sequence[str], lab: Sequence[TrialRuns]) -> None:
        self._members, self._lab = members, lab
        self._known: dict[str, list[TrialOutcome]] = {}

    def each(self, sets: Sequence[Chosen]) -> list[TrialOutcome]:
        """Return for each set what is apart on any machine."""
        new = {str(sorted(one.items())): one for one in sets if str(sorted(one.items())) not in self._known}
        columns = [
            runs.each(
                [[option(name, value, parse(member).scheme in ENGINES) for name, value in one.items()] for one in new.values()]
            )
            for member, runs in zip(self._members, self._lab, strict=True)
        ]
        self._known.update(zip(new, map(list, zip(*columns, strict=True)), strict=True))
        return [together(self._known[str(sorted(one.items()))]) for one in sets]

    def members(self, chosen: Chosen) -> list[AlignedMember]:
        """Return what is apart on each machine without and with the switches."""
        sides = (self._known[str(sorted(one.items()))] for one in (Chosen(), chosen))
        return [
            AlignedMember(shown(member), RecordCount(before.moved, before.compared), RecordCount(after.moved, after.compared))
            for member, before, after in zip(self._members, *sides, strict=True)
        ]


def _against(baseline: Baseline, policy: Policy) -> Compared:
    """Return what compares a copy with a baseline's traces, the nearest of them."""
    return lambda found, way: compare_traces(baseline, found, policy)


def _beside(twins: TrialRuns) -> Compared:
    """Return what compares a copy with a copy of the other target under the same switches, which is run once."""
    lock, known = Lock(), dict[str, Fingerprint]()

    def compared(found: Fingerprint, way: Intervention) -> Comparison | None:
        with lock:
            if way.path not in known:
                known[way.path] = twins.answer(way)
            twin = known[way.path]
        if twin.trace is None or found.trace is None:
            return None
        return comparison.compare(read_trace(twin.trace, "the other benchmark"), read_trace(found.trace, "the benchmark"))

    return compared


def _cost(before: TrialOutcome, after: TrialOutcome) -> float | None:
    return round(after.run_s / before.run_s, 2) if before.run_s and after.run_s else None
