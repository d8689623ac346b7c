"""What two experiments add to the comparison of their environments: outputs, failures, and facts that changed on the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from ..evidence import Evidence
from ..fact import Known
from ..fixes import Fix
from ..policy import Policy, Severity
from ..report import Difference, Kind, OutputResult, UnknownFact
from ..runs import Run
from . import drift

DRIFT = "drift"
SEED = "run.seed"
DRIFTED = "it changed while the experiment ran: the outputs were not made in one environment"
COMMAND = "run.command"
SAME_SEED = "run.same_seed"
OTHER_BITS = "the seed alone did not decide: something else differs, or the training is not deterministic"
RUN_TWICE = "run one seed twice in one environment: if these two differ, make the training deterministic"
RUN_AGAIN = "run the experiment again in an environment that nothing else changes"
NOTHING_WRITTEN = "nothing was written that matches"
NO_OUTPUTS = "a baseline holds no outputs; compare with a run"


def asks_for_other_seeds(expected: object, observed: object) -> bool:
    """Tell whether a side is a repeated run, beside which another seed is what is wanted."""
    return isinstance(expected, Run) and isinstance(observed, Run) and max(len(expected.attempts), len(observed.attempts)) > 1


def results(evidence: Evidence, policy: Policy) -> list[OutputResult]:
    """Return the outputs that the policy does not ignore, each as severe as the policy says.

    Where something is claimed of them they are notes: what improves a result changes what it leaves.
    """
    judged = [OutputResult(comparison=output, severity=policy.severity(f"outputs.{output.name}")) for output in evidence.outputs]
    kept = [result for result in judged if result.severity is not Severity.IGNORE]
    return [msgspec.structs.replace(one, severity=Severity.NOTE) for one in kept] if evidence.claims else kept


def other_bits(
    evidence: Evidence, differences: Sequence[Difference], policy: Policy, *, is_repeated: bool
) -> Iterator[Difference]:
    """Yield that the same seeds did not give the same bits: a promise of its own, whatever a test says of the numbers.

    It follows from another command where there was one, and nobody promised it where something else is claimed. Of single runs
    the outputs themselves say it.
    """
    severity = policy.severity(SAME_SEED)
    if not is_repeated or evidence.claims or not evidence.seeds.broken or severity is Severity.IGNORE:
        return
    yield Difference(
        path=SAME_SEED,
        kind=Kind.CHANGED,
        severity=severity,
        expected=Known("the same bits"),
        observed=Known(evidence.seeds.sentence),
        why=OTHER_BITS,
        because=COMMAND if any(difference.path == COMMAND for difference in differences) else None,
        fix=Fix(RUN_TWICE),
    )


def changed_on_the_way(run: Run, policy: Policy) -> Iterator[Difference]:
    """Yield what changed during a run, as severe as it would be between two runs."""
    for found in drift.compare(run.fingerprint, run.environment_after).changes if run.drift else ():
        severity = policy.severity(found.path, kind=found.kind.value, magnitude=found.magnitude)
        if severity is not Severity.IGNORE:
            yield Difference(
                path=f"{DRIFT}.{found.path}",
                kind=found.kind,
                severity=severity,
                expected=found.expected,
                observed=found.observed,
                why=DRIFTED,
                fix=Fix(RUN_AGAIN),
            )


def unknowns(expected: object, observed: Run, policy: Policy) -> Iterator[UnknownFact]:
    """Yield what an experiment left that cannot be compared with anything, and that both failed alike."""
    found: dict[str, str] = {}
    for attempt in observed.attempts:
        found.update(dict.fromkeys(attempt.missing, NOTHING_WRITTEN))
        found.update(attempt.unreadable)
    for name, reason in found.items():
        yield UnknownFact(path=f"outputs.{name}", reason=reason, severity=policy.severity(f"outputs.{name}"))
    if isinstance(expected, Run) and _failed_alike(expected, observed):
        reason = f"both commands failed with {observed.exit_status}: what they left proves nothing"
        yield UnknownFact(path="run.exit_status", reason=reason, severity=Severity.FAIL)


def _failed_alike(expected: Run, observed: Run) -> bool:
    return expected.state == observed.state == "complete" and expected.exit_status == observed.exit_status != 0
