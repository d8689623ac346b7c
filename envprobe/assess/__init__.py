"""Expected and observed to a report: changes, their severity, their causes, the benchmark's word, the outputs, the waivers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType

import msgspec

from ..baseline import Baseline
from ..baseline.waiver import Waiver
from ..evidence import Evidence
from ..fingerprint import Fingerprint
from ..policy import Policy, Severity
from ..report import Difference, Location, PolicySource, Report, UnknownFact
from ..runs import Run
from ..targets.prompt import Prompt
from . import experiment
from .advice import fix_for, why_of
from .cause import explain
from .change import Change
from .changed_files import settle_changes
from .drift import compare
from .fix import Case, changes_together
from .settled import is_asked_for, is_explained, settle
from .sides import BothSides
from .switches import answer, is_answered
from .trace import PATH, changes_of, compare_traces, not_run, unknown_in, with_command

NO_EVIDENCE = Evidence()


def assess(
    expected: Baseline | Fingerprint | Run,
    observed: Fingerprint | Run,
    *,
    policy: Policy,
    today: date,
    waivers: Sequence[Waiver] = (),
    names: tuple[str, str] = ("expected", "observed"),
    prompt: Prompt | None = None,
    evidence: Evidence = NO_EVIDENCE,
    location: Location | None = None,
    policy_from: PolicySource | None = None,
    strict: bool = False,
    left_out: Mapping[str, str] = MappingProxyType({}),
) -> Report:
    """Compare an environment, or an experiment, with what was expected of it. Pure: the same arguments give the same report.

    `names` are what to call the two sides, `prompt` is where somebody types what helps; without one nobody knows where what was
    observed lies. `left_out` are globs of facts that the caller does not ask for, with the reason: what one side alone left out
    besides is unknown. `evidence` is what two runs say of each other; `today` decides which waivers are expired. The report is
    whole: nothing is added to it later.
    """
    ours = expected.environment if isinstance(expected, Run) else expected
    theirs = observed.environment if isinstance(observed, Run) else observed
    found = compare(ours, theirs, left_out)
    prompt = prompt or Prompt(subject=names[1])
    trace = None if PATH in left_out else compare_traces(ours, theirs, policy)
    changes = [*found.changes, *changes_of(trace)]
    sides = BothSides(ours, theirs)
    differences = settle_changes(answer(_differences(changes, policy), sides, policy), theirs, policy)
    differences, stale = _waive(settle(differences, trace, policy, theirs), waivers, today)
    if prompt.scheme and not is_asked_for(differences):
        trace = with_command(trace, prompt.call.add_trace())
    differences = _with_fixes(differences, sides, prompt)
    unknown = [
        UnknownFact(path=path, reason=reason, severity=policy.severity(path))
        for path, reason in {**found.unknown, **unknown_in(trace), **not_run(ours, theirs, left_out)}.items()
    ]
    skipped = {glob: reason for glob, reason in sorted(found.skipped.items()) if glob != PATH}
    if isinstance(observed, Run):
        repeated = experiment.asks_for_other_seeds(expected, observed)
        differences = [
            *_without_seed(differences, expected, observed),
            *experiment.changed_on_the_way(observed, policy),
            *experiment.other_bits(evidence, differences, policy, is_repeated=repeated),
        ]
        unknown += experiment.unknowns(expected, observed, policy)
        skipped |= {} if isinstance(expected, Run) else {"outputs.*": experiment.NO_OUTPUTS}
    return Report(
        expected_name=names[0],
        expected_id=expected.fingerprint.id if isinstance(expected, Run) else expected.id,
        observed_name=names[1],
        observed_id=observed.fingerprint.id if isinstance(observed, Run) else observed.id,
        observed=observed,
        differences=sorted(differences, key=_by_severity),
        unknown=sorted((fact for fact in unknown if fact.severity is not Severity.IGNORE), key=_by_severity),
        skipped=skipped,
        compared=found.compared,
        trace=trace,
        outputs=experiment.results(evidence, policy),
        claims=[*evidence.claims],
        metrics=[*evidence.metrics],
        histories=[*evidence.histories],
        stale_waivers=stale,
        strict=strict,
        location=location,
        policy_from=policy_from,
    )


def _without_seed(differences: list[Difference], expected: object, observed: object) -> Iterator[Difference]:
    """Yield all differences, but not that of the seed where other seeds were asked for."""
    is_wanted = experiment.asks_for_other_seeds(expected, observed)
    return (difference for difference in differences if not (is_wanted and difference.path == experiment.SEED))


def _differences(changes: Sequence[Change], policy: Policy) -> list[Difference]:
    """Return the differences that the policy does not ignore. What it ignores causes nothing: a cause is a line in the report."""
    judged = [(change, policy.severity(change.path, kind=change.kind.value, magnitude=change.magnitude)) for change in changes]
    told = [(change, severity) for change, severity in judged if severity is not Severity.IGNORE]
    causes = explain(change for change, _ in told)
    return [_difference(change, severity, causes.get(change.path)) for change, severity in told]


def _difference(change: Change, severity: Severity, because: str | None) -> Difference:
    return Difference(
        path=change.path,
        kind=change.kind,
        severity=severity,
        expected=change.expected,
        observed=change.observed,
        why=why_of(change),
        because=because,
    )


def _with_fixes(differences: list[Difference], sides: BothSides, prompt: Prompt) -> list[Difference]:
    """Return the differences with what helps against each. A container is made anew once, for all that counts."""
    counts = [item for item in differences if item.waiver is None and item.severity is not Severity.NOTE]
    together = changes_together(counts, prompt)
    return [
        msgspec.structs.replace(item, fix=fix_for(Case(difference=item, sides=sides, prompt=prompt, together=together)))
        if not is_explained(item) and not is_answered(item)
        else item
        for item in differences
    ]


def _waive(differences: list[Difference], waivers: Sequence[Waiver], today: date) -> tuple[list[Difference], list[str]]:
    """Lower what a living waiver covers to a note, and say which waivers are expired or cover nothing."""
    living = [waiver for waiver in waivers if not waiver.expired(today)]
    stale = [
        f"{waiver.path} ({waiver.owner}) expired on {waiver.expires}: remove it" for waiver in waivers if waiver.expired(today)
    ]
    used: set[int] = set()
    kept: list[Difference] = []
    for difference in differences:
        index = next((i for i, waiver in enumerate(living) if waiver.matches(difference.path)), None)
        if index is None:
            kept.append(difference)
            continue
        used.add(index)
        lower = min(difference.severity, Severity.NOTE, key=lambda level: level.rank)
        kept.append(msgspec.structs.replace(difference, severity=lower, waiver=living[index]))
    stale.extend(
        f"{waiver.path} ({waiver.owner}) is unused: remove it" for index, waiver in enumerate(living) if index not in used
    )
    return kept, stale


def _by_severity(item: Difference | UnknownFact) -> tuple[int, str]:
    return -item.severity.rank, item.path
