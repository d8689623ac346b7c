"""Causes proved by running the benchmark again in copies of the target: what `explain --prove` does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from ..assess.trace import compare_traces
from ..causes import explanation_of, suspects
from ..causes.cause import Explanation
from ..causes.intervention import Intervention, intervention_for
from ..causes.proving import Way, prove
from ..causes.ranking import Candidate
from ..causes.symptoms import Symptoms, symptoms_of
from ..config import Config, load_config
from ..error import UsageError
from ..fingerprint import Fingerprint
from ..probing.collect import Options
from ..progress import Progress
from ..targets.deadline import Deadline
from ..trial.laboratory import open_laboratory
from ..trial.runs import TrialRuns
from .comparison import compare, policy_of
from .environment import observe

BUDGET_S = 300
PLANNED_S = 4
"""What one benchmark in a copy takes, about."""


class ProofPlan(msgspec.Struct, frozen=True):
    """What is going to be run."""

    ways: tuple[Intervention, ...]
    """What is taken away, each in a copy of its own."""
    target: str

    @property
    def seconds(self) -> int:
        """About how long that takes; sets of several, where none does it alone, come on top."""
        return PLANNED_S * (len(self.ways) + 1)


def prove_causes(
    target: str | None = None,
    baseline: str | None = None,
    *,
    options: Options | None = None,
    config: Config | None = None,
    progress: Progress | None = None,
    planned: Callable[[ProofPlan], None] = lambda plan: None,
    budget_s: float = BUDGET_S,
) -> tuple[Explanation, bool]:
    """Return the causes of what differs with what was proved of each, and whether somebody interrupted it.

    `planned` is called with what is going to be run, before it is. Raises what `check` raises; UsageError for a target of which
    no copy can be made, and where the baseline has no benchmark.
    """
    config = config or load_config(Path.cwd())
    expected, observed = observe(target, baseline, options=options, config=config, progress=progress)
    report = compare(expected, observed, config=config, left_out=(options or Options()).left_out)
    symptoms = symptoms_of(report, observed.document)
    order = suspects(report, symptoms)
    found = explanation_of(report, symptoms, order)
    recorded = expected.document.fingerprint
    if recorded is None or not (recorded.trace or expected.document.traces):
        raise UsageError(f"{expected.name} has no benchmark, and nothing else proves anything", "record it with its benchmark")
    if not symptoms.moved and not symptoms.failure:
        return found, False  # the bits are the baseline's: there is nothing that could be restored
    policy = policy_of(expected, config)
    ways = _ways(order, recorded, symptoms)
    reference = target or config.target
    planned(ProofPlan(tuple(way for way in ways if isinstance(way, Intervention)), reference))
    deadline = Deadline(budget_s + 60)
    with open_laboratory(reference, observed.document, deadline) as laboratory:
        trials = TrialRuns(
            laboratory,
            recorded,
            observed.document,
            lambda seen, way: compare_traces(expected.document, seen, policy),
            budget_s,
            progress or (lambda words: None),
        )
        proved = prove(found, ways, trials.outcome(observed.document).state, trials.each)
        return msgspec.structs.replace(proved, runs=trials.count, seconds=trials.seconds), trials.is_interrupted


def _ways(order: Sequence[Candidate], expected: Fingerprint, symptoms: Symptoms) -> list[Way]:
    return [intervention_for(one.difference, expected, symptoms) if one.is_seen else None for one in order]
