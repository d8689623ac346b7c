"""Outputs against those of repeated runs with other seeds: a metric may be where the recorded ones spread, and no further.

Judged are single numbers and the last one of each list, such as the final loss of a history; method and sources are in
docs/outputs.md. Several metrics are judged at once, so each is judged at a confidence of 1 - 0.05 / (number of metrics):
otherwise a run of the recorded kind would fail somewhere by chance (Bonferroni). What differs between the recorded runs
themselves and is no metric, such as weights, is compared by its type and shape alone. What could not be read, or always was
the same and is not now, is no pass.
"""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Iterator, Sequence
from itertools import chain

import msgspec

from ..output import OutputComparison, OutputDescription, OutputDifference, Rule, Tolerance, Verdict, stable_name
from ..output.comparator import WITHOUT_TOLERANCE
from ..runs import Attempt
from ..statistic import CONFIDENCE, Judgement, Outcome, compare_runs, judge_run

ITEM = re.compile(r"(.*)\[(\d+)\]")
LAST = "[last]"
ACCEPTED = (Outcome.INSIDE, Outcome.EQUIVALENT)
COMPARED_BY = "the spread of {count} recorded runs"
SAME_ONCE = "all recorded runs left the same ones, and these are others"
PASSED = (Verdict.TOLERANCE, Verdict.IDENTICAL)
SHOWN = 50


def compare(expected: Sequence[Attempt], observed: Sequence[Attempt], tolerance: Tolerance) -> list[OutputComparison]:
    """Compare the outputs of some attempts with those of repeated ones. Attempts that failed do not count."""
    ours, theirs = _by_name(expected), _by_name(observed)
    counts = sum(attempt.succeeded for attempt in expected), sum(attempt.succeeded for attempt in observed)
    confidence = 1 - (1 - CONFIDENCE) / max(1, sum(len(_varying(group)) for group in ours.values()))
    has_evidence = any(_metrics(output) for output in chain.from_iterable(ours.values()))
    names = sorted({*ours, *theirs})
    compared = [_compare(name, ours.get(name, []), theirs.get(name, []), counts, tolerance, confidence) for name in names]
    return compared if has_evidence else [_unproved(one) for one in compared]


def _by_name(attempts: Sequence[Attempt]) -> dict[str, list[OutputDescription]]:
    found: dict[str, list[OutputDescription]] = {}
    for output in chain.from_iterable(attempt.outputs for attempt in attempts if attempt.succeeded):
        found.setdefault(stable_name(output.name), []).append(output)
    return found


def _metrics(output: OutputDescription) -> dict[str, float]:
    """Return the numbers that stand for themselves, and of each list the last one."""
    found: dict[str, float] = {}
    last: dict[str, tuple[int, str]] = {}
    for path, text in output.metrics.items():
        item = ITEM.fullmatch(path)
        if item is None:
            found[path] = float(text)
        else:
            last[item[1]] = max(last.get(item[1], (-1, "")), (int(item[2]), text))
    return {**found, **{path + LAST: float(text) for path, (_, text) in last.items()}}


def _varying(group: Sequence[OutputDescription]) -> set[str]:
    """Return the metrics that are not the same in all recorded runs: only those are judged by a spread."""
    every = [_metrics(output) for output in group]
    return {path for path in chain.from_iterable(every) if len({repr(metrics.get(path)) for metrics in every}) > 1}


def _compare(
    name: str,
    ours: list[OutputDescription],
    theirs: list[OutputDescription],
    counts: tuple[int, int],
    tolerance: Tolerance,
    confidence: float,
) -> OutputComparison:
    first = (ours or theirs)[0]
    differences, outcomes = list[OutputDifference](), list[Outcome]()
    if not ours or not theirs:
        is_ignored = tolerance.rule("", name, first.type).ignore
        differences.append(
            OutputDifference(
                path="",
                kind="removed" if ours else "added",
                expected=_presence(ours, counts[0]),
                observed=_presence(theirs, counts[1]),
                accepted=is_ignored,
            )
        )
    else:
        for path in sorted(set(chain.from_iterable(map(_metrics, [*ours, *theirs])))):
            rule = tolerance.rule(path, name, first.type)
            values = [metrics[path] for metrics in map(_metrics, ours) if path in metrics]
            new = [metrics[path] for metrics in map(_metrics, theirs) if path in metrics]
            if not rule.ignore:
                difference, outcome = _judge(path, values, new, counts, rule, confidence)
                differences += difference
                outcomes += outcome
        differences += _parts(name, ours, theirs, tolerance)
    verdict = _verdict(differences, outcomes)
    doubt = _doubt(ours, theirs) if verdict in PASSED and not tolerance.rule("", name, first.type).ignore else ""
    return OutputComparison(
        name=name,
        type=first.type,
        compared_by=f"bytes because {doubt}" if doubt else COMPARED_BY.format(count=counts[0]),
        verdict=Verdict.UNDETERMINED if doubt else verdict,
        same_bytes=len({output.digest for output in [*ours, *theirs]}) == 1,
        differences=sorted(differences, key=lambda difference: difference.accepted)[:SHOWN],
        count=len(differences),
    )


def _judge(
    path: str, values: list[float], new: list[float], counts: tuple[int, int], rule: Rule, confidence: float
) -> tuple[list[OutputDifference], list[Outcome]]:
    """Judge one metric; nothing comes of one that is the same in all runs."""
    if not values or not new:
        difference = OutputDifference(
            path=path,
            kind="removed" if values else "added",
            expected=_presence(values, counts[0]),
            observed=_presence(new, counts[1]),
        )
        return [difference], []
    if len({repr(value) for value in [*values, *new]}) == 1:
        return [], []
    judgement = judge_run(values, new[0], confidence=confidence) if len(new) == 1 else _judge_several(values, new, rule)
    is_accepted = judgement.outcome in ACCEPTED
    difference = OutputDifference(
        path=path, kind="number", expected=_spread(values), observed=_spread(new), accepted=is_accepted, why=judgement.sentence
    )
    return [difference], [judgement.outcome]


def _judge_several(values: list[float], new: list[float], rule: Rule) -> Judgement:
    """Judge the mean of several new runs. The margin is the rule's; without one, what single recorded runs spread by."""
    finite = [value for value in values if math.isfinite(value)] or [0.0]
    mean = statistics.fmean(finite)
    spread = statistics.stdev(finite) if len(finite) > 1 else 0.0
    given = max(rule.absolute or 0.0, (rule.relative or 0.0) * abs(mean))
    return compare_runs(values, new, given or spread or math.ulp(mean))


def _parts(
    name: str, ours: list[OutputDescription], theirs: list[OutputDescription], tolerance: Tolerance
) -> Iterator[OutputDifference]:
    """Yield the arrays, columns and the rest that are always the same in recorded runs, and other now; varying ones by shape."""
    for part in sorted(set(chain.from_iterable(output.parts for output in [*ours, *theirs]))):
        if tolerance.rule(part, name, ours[0].type).ignore:
            continue
        expected = {output.parts.get(part, "absent") for output in ours}
        observed = {output.parts.get(part, "absent") for output in theirs}
        if len(expected) > 1:
            expected, observed = ({text.partition("sha256:")[0] for text in texts} for texts in (expected, observed))
        if not observed <= expected:
            kind = "added" if expected == {"absent"} else "removed" if "absent" in observed else "changed"
            yield OutputDifference(
                path=part, kind=kind, expected=" or ".join(sorted(expected))[:200], observed=" or ".join(sorted(observed))[:200]
            )


def _doubt(ours: list[OutputDescription], theirs: list[OutputDescription]) -> str:
    """Return why bytes that no recorded run left may hold other values than could be judged; empty where they may not."""
    recorded, every = {output.digest for output in ours}, [*ours, *theirs]
    if not ours or {output.digest for output in theirs} <= recorded:
        return ""
    always_same = len(recorded) == 1 and not all(output.is_complete for output in every)
    unread = (output.note for output in every if output.note and output.type not in WITHOUT_TOLERANCE)
    return next(unread, SAME_ONCE if always_same else "")


def _verdict(differences: Sequence[OutputDifference], outcomes: Sequence[Outcome]) -> Verdict:
    """Differs where something is outside; undetermined where something is neither in nor out. Too few runs are no pass."""
    outside = [difference for difference in differences if not difference.accepted]
    if Outcome.UNDETERMINED in outcomes:
        undecided = outcomes.count(Outcome.UNDETERMINED)
        return Verdict.DIFFERS if len(outside) > undecided else Verdict.UNDETERMINED
    if outside:
        return Verdict.DIFFERS
    return Verdict.TOLERANCE if differences else Verdict.IDENTICAL


def _unproved(found: OutputComparison) -> OutputComparison:
    """Lower a pass that rests on no metric at all."""
    if found.same_bytes or found.verdict not in PASSED:
        return found
    reason = "nothing: no output holds a metric to be judged by"
    return msgspec.structs.replace(found, compared_by=reason, verdict=Verdict.UNDETERMINED)


def _presence(items: Sequence[object], count: int) -> str:
    return f"in {len(items)} of {count} runs" if items else "absent"


def _spread(values: Sequence[float]) -> str:
    """Spell the mean and the standard deviation, or the one value exactly."""
    if len(values) == 1 or min(values) == max(values):
        return repr(values[0])
    return f"{statistics.fmean(values):.6g} ± {statistics.stdev(values):.3g} ({len(values)} runs)"
