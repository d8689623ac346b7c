"""Two machines brought to the same bits by switches: `align`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from ..assess.trace import compare_traces, expected_traces
from ..baseline import Baseline
from ..causes.alignment import Alignment, AlignmentVerdict, RecordCount, left_of, search, switchables, verdict_of
from ..causes.intervention import Intervention
from ..causes.proving import TrialOutcome
from ..config import Config, load_config
from ..error import UsageError
from ..fact import Known
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
from ..trial.laboratory import ENGINES, Laboratory, open_laboratory
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
    other: str | None = None,
    options: Options | None = None,
    config: Config | None = None,
    progress: Progress | None = None,
    budget_s: float = BUDGET_S,
) -> Alignment:
    """Return the smallest set of switches found under which a target leaves the bits of a baseline, or those of another target.

    Each set is run in copies; with `other` in copies of both, under the same switches. Raises what `check` raises; UsageError
    for a target of which no copy can be made, and where one side has no benchmark.
    """
    config, say = config or load_config(Path.cwd()), progress or (lambda words: None)
    reference = target or config.target
    with ExitStack() as stack:
        deadline = Deadline(budget_s + 60)
        if other is None:
            expected, observed = observe(target, baseline, options=options, config=config, progress=progress)
            name, seen = expected.name, observed.document
            if not expected_traces(expected.document):
                raise UsageError(f"{name} has no benchmark to come to", "record it with its benchmark")
            wanted = expected.document.fingerprint or seen
            compared = _against(expected.document, policy_of(expected, config))
        else:
            asked = options_of(options, config)
            seen, wanted = (observe_target(one, asked, progress=progress).fingerprint for one in (reference, other))
            name = shown(other)
            twin = stack.enter_context(open_laboratory(other, wanted, deadline))
            compared = _beside(TrialRuns(twin, wanted, wanted, lambda found, way: None, budget_s, say))
        laboratory: Laboratory = stack.enter_context(open_laboratory(reference, seen, deadline))
        trials = TrialRuns(laboratory, wanted, seen, compared, budget_s, say)
        switches = list(switchables(_cpus(wanted, seen), _has_gpu(seen)))
        chosen, before, after = search(switches, parse(reference).scheme in ENGINES, trials.each)
        return Alignment(
            verdict=AlignmentVerdict.NONE if before.problem else verdict_of(before, after),
            expected=name,
            observed=shown(reference),
            switches=chosen,
            before=RecordCount(before.moved, before.compared),
            after=RecordCount(after.moved, after.compared),
            left=left_of(after),
            cost=_cost(before, after) if chosen else None,
            problem=before.problem,
            untried=trials.untried,
            runs=trials.count,
            seconds=round(trials.seconds, 1),
        )


def _against(baseline: Baseline, policy: Policy) -> Compared:
    """Return what compares a copy with a baseline's traces, the nearest of them."""
    return lambda found, way: compare_traces(baseline, found, policy)


def _beside(twins: TrialRuns) -> Compared:
    """Return what compares a copy with a copy of the other target under the same switches."""

    def compared(found: Fingerprint, way: Intervention) -> Comparison | None:
        twin = twins.answer(way)
        if twin.trace is None or found.trace is None:
            return None
        return comparison.compare(read_trace(twin.trace, "the other benchmark"), read_trace(found.trace, "the benchmark"))

    return compared


def _cpus(wanted: Fingerprint, seen: Fingerprint) -> int | None:
    """Return how many CPUs the other side has, where this one can be bound to as few."""
    ours, theirs = wanted.get("cpu.affinity"), seen.get("cpu.affinity")
    if not isinstance(ours, Known) or not isinstance(theirs, Known):
        return None
    if not isinstance(ours.value, int) or not isinstance(theirs.value, int):
        return None
    return ours.value if 0 < ours.value < theirs.value else None


def _has_gpu(seen: Fingerprint) -> bool:
    count = seen.get("gpu.count")
    return isinstance(count, Known) and count.value != 0


def _cost(before: TrialOutcome, after: TrialOutcome) -> float | None:
    return round(after.run_s / before.run_s, 2) if before.run_s and after.run_s else None
