"""Outputs of repeated runs against those of others: runs of the same seed in pairs, and other seeds by what seeds spread.

Judged are single numbers and the last one of each list, such as the final loss of a history, all at once (statistic room;
docs/experiments.md has method and sources). What differs between the runs of one side and is no metric, such as weights, is
compared by its type and shape alone. What could not be read, or always was the same and is not now, is no pass.
"""

from __future__ import annotations

import math
import shlex
import statistics
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

import msgspec

from ..output import OutputComparison, OutputDescription, OutputDifference, OutputVerdict, Rule, Tolerance, stable_name
from ..output.comparator import WITHOUT_TOLERANCE
from ..runs import Attempt
from ..statistic import MINIMUM_RUNS, Judgement, Outcome, Sample, judge_all
from ..statistic.digits import spell
from .metrics import metrics_of

ACCEPTED = (Outcome.NO_DIFFERENCE, Outcome.EQUIVALENT)
SAME_ONCE = "all recorded runs left the same ones, and these are others"
TOO_FEW = f"fewer than {MINIMUM_RUNS} runs in all do not show how far another seed may be"
PASSED = (OutputVerdict.TOLERANCE, OutputVerdict.IDENTICAL)
SHOWN = 50
CLAIMABLE = "if this change is meant, check it as a claim"


class Group(msgspec.Struct, frozen=True):
    """Runs of both sides that are held against each other. Those that failed do not count."""

    expected: Sequence[Attempt]
    observed: Sequence[Attempt]
    is_paired: bool
    """Whether the i-th of both had the same seed."""

    @property
    def counted(self) -> tuple[list[Attempt], list[Attempt]]:
        """The runs that count, of pairs whole ones."""
        if not self.is_paired:
            return [one for one in self.expected if one.succeeded], [one for one in self.observed if one.succeeded]
        kept = [pair for pair in zip(self.expected, self.observed, strict=True) if pair[0].succeeded and pair[1].succeeded]
        return [before for before, _ in kept], [after for _, after in kept]

    @property
    def words(self) -> str:
        """What the verdict rests on."""
        recorded, new = map(len, self.counted)
        return f"{new} runs of the same seeds" if self.is_paired else f"the spread of {recorded} recorded and {new} new runs"


class _Member(msgspec.Struct, frozen=True):
    """One output in the runs of a group; None in a run that did not leave it."""

    group: Group
    ours: list[OutputDescription | None]
    theirs: list[OutputDescription | None]

    @property
    def every(self) -> list[OutputDescription]:
        return [output for output in [*self.ours, *self.theirs] if output is not None]


def compare(groups: Sequence[Group], tolerance: Tolerance) -> list[OutputComparison]:
    """Compare the outputs of all groups, by name; the metrics of all are one family."""
    members = {name: list(found) for name, found in _members(groups).items()}
    samples = {
        (name, index, path): sample
        for name, found in members.items()
        for index, member in enumerate(found)
        for path, sample in _samples(name, member, tolerance)
    }
    judged = judge_all(samples)
    compared = [
        _compare(name, found, {key[1:]: one for key, one in judged.items() if key[0] == name}, tolerance)
        for name, found in members.items()
    ]
    has_evidence = any(metrics_of(output) for found in members.values() for member in found for output in member.every)
    return compared if has_evidence else [_unproved(one) for one in compared]


def _members(groups: Sequence[Group]) -> dict[str, list[_Member]]:
    """Return each output in each group, by the name that it has in all runs."""
    found: dict[str, list[_Member]] = {}
    for group in groups:
        sides = [[{stable_name(output.name): output for output in one.outputs} for one in side] for side in group.counted]
        for name in sorted({name for side in sides for outputs in side for name in outputs}):
            ours, theirs = ([outputs.get(name) for outputs in side] for side in sides)
            found.setdefault(name, []).append(_Member(group, ours, theirs))
    return dict(sorted(found.items()))


def _samples(name: str, member: _Member, tolerance: Tolerance) -> Iterator[tuple[str, Sample]]:
    """Yield the metrics that both sides have and that are not the same in all runs."""
    ours, theirs = ([metrics_of(output) if output else {} for output in side] for side in (member.ours, member.theirs))
    for path in sorted(set(chain.from_iterable(ours)) & set(chain.from_iterable(theirs))):
        rule = tolerance.rule(path, name, member.every[0].type)
        recorded, new = [one.get(path) for one in ours], [one.get(path) for one in theirs]
        values = {repr(value) for value in [*recorded, *new] if value is not None}
        is_same = all(map(_same, recorded, new)) if member.group.is_paired else len(values) == 1
        if not rule.ignore and not is_same:
            yield path, Sample(recorded=recorded, new=new, margin=_margin(rule, recorded), is_paired=member.group.is_paired)


def _same(before: float | None, after: float | None) -> bool:
    return repr(before) == repr(after)  # NaN among them


def _margin(rule: Rule, recorded: Sequence[float | None]) -> float | None:
    """Return the largest difference that a rule accepts, in the metric's unit; None where it says none."""
    finite = Sample(recorded=recorded, new=[]).finite()[0]
    mean = statistics.fmean(finite) if finite else 0.0
    return max(rule.absolute or 0.0, (rule.relative or 0.0) * abs(mean)) or None


def _compare(
    name: str, members: Sequence[_Member], judged: Mapping[tuple[int, str], Judgement], tolerance: Tolerance
) -> OutputComparison:
    every = [output for member in members for output in member.every]
    is_ignored = tolerance.rule("", name, every[0].type).ignore
    differences = [one for index, member in enumerate(members) for one in _differences(name, index, member, judged, tolerance)]
    verdict = _verdict(differences, [judgement.outcome for judgement in judged.values()])
    doubts = [doubt for member in members if (doubt := _doubt(member))]
    doubt = doubts[0] if doubts and verdict in PASSED and not is_ignored else ""
    return OutputComparison(
        name=name,
        type=every[0].type,
        compared_by=f"bytes because {doubt}" if doubt else " and ".join(member.group.words for member in members),
        verdict=OutputVerdict.UNDETERMINED if doubt else verdict,
        same_bytes=len({output.digest for output in every}) == 1,
        hint=_claimable(name, judged),
        differences=sorted(differences, key=lambda difference: difference.accepted)[:SHOWN],
        count=len(differences),
    )


def _differences(
    name: str, index: int, member: _Member, judged: Mapping[tuple[int, str], Judgement], tolerance: Tolerance
) -> Iterator[OutputDifference]:
    """Yield what differs in one output of one group: its metrics, then its other parts."""
    ours, theirs = ([output for output in side if output is not None] for side in (member.ours, member.theirs))
    if not ours or not theirs:
        is_ignored = tolerance.rule("", name, member.every[0].type).ignore
        yield _one_sided("", (ours, theirs), member.group, accepted=is_ignored)
        return
    sides = [[metrics_of(output) for output in side] for side in (ours, theirs)]
    for path in sorted(set(chain.from_iterable(chain.from_iterable(sides)))):
        values = [[metrics[path] for metrics in side if path in metrics] for side in sides]
        judgement = judged.get((index, path))
        if judgement is not None:
            yield OutputDifference(
                path=path,
                kind="number",
                expected=_spread(values[0]),
                observed=_spread(values[1]),
                accepted=judgement.outcome in ACCEPTED,
                why=judgement.sentence,
            )
        elif not all(values) and not tolerance.rule(path, name, ours[0].type).ignore:
            yield _one_sided(path, (values[0], values[1]), member.group)
    yield from _parts(name, ours, theirs, tolerance)


def _claimable(name: str, judged: Mapping[tuple[int, str], Judgement]) -> str:
    """Return how to claim a change that was found, where it may be meant; empty where none was."""
    for (_, path), judgement in judged.items():
        if judgement.outcome is Outcome.DIFFERENT and judgement.change:
            relation = ">=" if judgement.change > 0 else "<="
            return f"{CLAIMABLE}: --claim {shlex.quote(f'{name}:{path} {relation} {_rounded(judgement.change):+.12g}')}"
    return ""


def _rounded(change: float) -> float:
    """Return a change towards zero to its first digit, as somebody would claim it: 0.05 of 0.0527."""
    unit = 10.0 ** math.floor(math.log10(abs(change)))
    return math.trunc(change / unit) * unit


def _one_sided(
    path: str, found: tuple[Sequence[object], Sequence[object]], group: Group, *, accepted: bool = False
) -> OutputDifference:
    counts = [len(side) for side in group.counted]
    return OutputDifference(
        path=path,
        kind="removed" if found[0] else "added",
        expected=_presence(found[0], counts[0]),
        observed=_presence(found[1], counts[1]),
        accepted=accepted,
    )


def _parts(
    name: str, ours: list[OutputDescription], theirs: list[OutputDescription], tolerance: Tolerance
) -> Iterator[OutputDifference]:
    """Yield the arrays, columns and the rest that never vary on either side, and differ; those that vary, or may, by shape."""
    are_few = len(ours) + len(theirs) < MINIMUM_RUNS
    for part in sorted(set(chain.from_iterable(output.parts for output in [*ours, *theirs]))):
        if tolerance.rule(part, name, ours[0].type).ignore:
            continue
        expected = {output.parts.get(part, "absent") for output in ours}
        observed = {output.parts.get(part, "absent") for output in theirs}
        if are_few or len(expected) > 1 or len(observed) > 1:
            expected, observed = ({text.partition("sha256:")[0] for text in texts} for texts in (expected, observed))
        if not observed <= expected:
            kind = "added" if expected == {"absent"} else "removed" if "absent" in observed else "changed"
            yield OutputDifference(
                path=part, kind=kind, expected=" or ".join(sorted(expected))[:200], observed=" or ".join(sorted(observed))[:200]
            )


def _doubt(member: _Member) -> str:
    """Return why bytes that no recorded run left may hold other values than could be judged; empty where they may not."""
    recorded = {output.digest for output in member.ours if output is not None}
    new = {output.digest for output in member.theirs if output is not None}
    if not recorded or new <= recorded:
        return ""
    if not member.group.is_paired and len(member.every) < MINIMUM_RUNS:
        return TOO_FEW
    always_same = len(recorded) == 1 and not all(output.is_complete for output in member.every)
    unread = (output.note for output in member.every if output.note and output.type not in WITHOUT_TOLERANCE)
    return next(unread, SAME_ONCE if always_same else "")


def _verdict(differences: Sequence[OutputDifference], outcomes: Sequence[Outcome]) -> OutputVerdict:
    """Differs where something is outside; undetermined where something is neither in nor out. Too few runs are no pass."""
    outside = [difference for difference in differences if not difference.accepted]
    if Outcome.UNDETERMINED in outcomes:
        undecided = outcomes.count(Outcome.UNDETERMINED)
        return OutputVerdict.DIFFERS if len(outside) > undecided else OutputVerdict.UNDETERMINED
    if outside:
        return OutputVerdict.DIFFERS
    return OutputVerdict.TOLERANCE if differences else OutputVerdict.IDENTICAL


def _unproved(found: OutputComparison) -> OutputComparison:
    """Lower a pass that rests on no metric at all."""
    if found.same_bytes or found.verdict not in PASSED:
        return found
    reason = "nothing: no output holds a metric to be judged by"
    return msgspec.structs.replace(found, compared_by=reason, verdict=OutputVerdict.UNDETERMINED)


def _presence(items: Sequence[object], count: int) -> str:
    return f"in {len(items)} of {count} runs" if items else "absent"


def _spread(values: Sequence[float]) -> str:
    """Spell the mean and the standard deviation of the finite values, or the one value exactly."""
    finite = [value for value in values if math.isfinite(value)]
    if len(values) == 1 or not finite:
        return repr(values[0])
    count = f"{len(values)} runs" if len(finite) == len(values) else f"{len(finite)} of {len(values)} runs, others not finite"
    if min(finite) == max(finite):
        return repr(finite[0]) if len(finite) == len(values) else f"{finite[0]!r} ({count})"
    deviation = statistics.stdev(finite)
    return f"{spell(statistics.fmean(finite), deviation)} ± {spell(deviation, deviation)} ({count})"
