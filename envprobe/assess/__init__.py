"""Expected and observed to a report: changes, their severity, their causes, the training run's word, the waivers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from fnmatch import fnmatchcase

import msgspec

from ..baseline import Baseline
from ..baseline.waiver import Waiver
from ..fact import Fact, Known
from ..fingerprint import Fingerprint
from ..policy import Policy, Severity
from ..report import Difference, Gap, Report
from .advice import advise
from .cause import explain
from .change import Change, Doubt
from .drift import compare
from .fix import fix_in
from .trace import changes_of, compare_traces, doubts_of

SETTLED_BY_BITS = (
    "cpu.*",
    "system.libc",
    "system.limits.*",
    "system.locale",
    "system.encoding",
    "ospackages.*",
    "environment.*",
    "numerics.*",
    "python.version",
    "container.limits.*",
    "image.reference",
)
"""What may change results, and did not where a compared trace is bit-identical: warnings there become notes."""

SAME_BITS = "differs, but the training run computed the same bits"


def assess(
    expected: Baseline | Fingerprint,
    observed: Fingerprint,
    *,
    policy: Policy,
    today: date,
    waivers: Sequence[Waiver] = (),
    names: tuple[str, str] = ("expected", "observed"),
    strict: bool = False,
) -> Report:
    """Compare an environment with what was expected of it. Pure: the same arguments give the same report.

    `names` are what to call the two sides; where the second is a target, mends are worded for it. `today` decides which waivers
    are expired.
    """
    found = compare(expected, observed)
    trace = compare_traces(expected, observed, policy)
    changes, doubts = [*found.changes, *changes_of(trace)], [*found.doubts, *doubts_of(trace)]
    differences = _differences(changes, policy, lambda name: _version(name, expected, observed), names[1])
    gaps = [_gap(doubt, policy) for doubt in doubts]
    if trace is not None and trace.verdict == "identical":
        differences = [_settled(difference) for difference in differences]
    differences, stale = _waive(differences, waivers, today)
    return Report(
        expected_name=names[0],
        expected_id=expected.id,
        observed_name=names[1],
        observed_id=observed.id,
        differences=sorted(differences, key=_by_severity),
        unknown=sorted((g for g in gaps if g.severity is not Severity.IGNORE), key=_by_severity),
        skipped=dict(sorted(found.skipped.items())),
        compared=found.compared,
        trace=trace,
        stale_waivers=stale,
        strict=strict,
    )


def _differences(changes: Sequence[Change], policy: Policy, version_of: Callable[[str], Fact], target: str) -> list[Difference]:
    """Return the differences that the policy does not ignore. What it ignores causes nothing: a cause is a line in the report."""
    judged = [(change, policy.severity(change.path, kind=change.kind.value, magnitude=change.magnitude)) for change in changes]
    told = [(change, severity) for change, severity in judged if severity is not Severity.IGNORE]
    causes = explain(change for change, _ in told)
    return [_difference(change, severity, causes.get(change.path), version_of, target) for change, severity in told]


def _difference(
    change: Change, severity: Severity, because: str | None, version_of: Callable[[str], Fact], target: str
) -> Difference:
    why, fix = advise(change, version_of)
    return Difference(
        path=change.path,
        kind=change.kind,
        severity=severity,
        expected=change.expected,
        observed=change.observed,
        why=why,
        fix=fix_in(target, fix),
        because=because,
    )


def _version(name: str, expected: Baseline | Fingerprint, observed: Fingerprint) -> Fact:
    """Return the version in which a package is expected, or the observed one where none is pinned."""
    path = f"packages.{name}.version"
    recorded = expected.fingerprint if isinstance(expected, Baseline) else expected
    if recorded is not None:
        return recorded.get(path)
    pinned = (
        expected.declared[path].here(observed).pinned() if isinstance(expected, Baseline) and path in expected.declared else None
    )
    return observed.get(path) if pinned is None else Known(pinned)


def _gap(doubt: Doubt, policy: Policy) -> Gap:
    return Gap(path=doubt.path, reason=doubt.reason, severity=policy.severity(doubt.path))


def _settled(difference: Difference) -> Difference:
    """Lower a warning that bit-identical results have answered."""
    if difference.severity is Severity.WARN and any(fnmatchcase(difference.path, glob) for glob in SETTLED_BY_BITS):
        return msgspec.structs.replace(difference, severity=Severity.NOTE, why=SAME_BITS)
    return difference


def _waive(differences: list[Difference], waivers: Sequence[Waiver], today: date) -> tuple[list[Difference], list[str]]:
    """Lower what a living waiver covers to a note, and say which waivers are expired or cover nothing."""
    living = [waiver for waiver in waivers if not waiver.expired(today)]
    stale = [f"{waiver.path} ({waiver.owner}): expired on {waiver.expires}" for waiver in waivers if waiver.expired(today)]
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
        f"{waiver.path} ({waiver.owner}): nothing differs there any more, remove it"
        for index, waiver in enumerate(living)
        if index not in used
    )
    return kept, stale


def _by_severity(item: Difference | Gap) -> tuple[int, str]:
    return -item.severity.rank, item.path
