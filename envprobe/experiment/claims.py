"""Claims about two experiments: which numbers a metric's name stands for, which runs belong together, and what they show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..claim import Claim, ClaimResult, ClaimVerdict
from ..error import UsageError
from ..output import stable_name
from ..runs import Attempt, Run
from ..statistic import MINIMUM_PAIRS
from ..statistic.claim import Decision, decide
from ..suggestion import closest, suggest
from .metrics import LAST, metrics_of

VERDICTS = {True: ClaimVerdict.HOLDS, False: ClaimVerdict.REFUTED, None: ClaimVerdict.UNDECIDED}
Values = dict[str, float]
"""The metrics of one run by `OUTPUT:PATH`."""


def judge_claims(claims: Iterable[Claim], expected: Run, observed: Run) -> list[ClaimResult]:
    """Judge what is claimed of the runs that came to their end. Raises UsageError for a metric that is not there, or not one."""
    return [_judge(claim, succeeded(expected), succeeded(observed)) for claim in claims]


def succeeded(run: Run) -> list[tuple[Attempt, Values]]:
    """Return the runs that came to their end, each with its metrics."""
    return [(attempt, _values(attempt)) for attempt in run.attempts if attempt.succeeded]


def _values(attempt: Attempt) -> Values:
    return {
        f"{stable_name(output.name)}:{path}": value for output in attempt.outputs for path, value in metrics_of(output).items()
    }


def _judge(claim: Claim, expected: Sequence[tuple[Attempt, Values]], observed: Sequence[tuple[Attempt, Values]]) -> ClaimResult:
    for side, name in ((expected, "recorded"), (observed, "new")):
        if not side:
            return ClaimResult(claim=claim, verdict=ClaimVerdict.UNDECIDED, why=f"no {name} run came to a good end")
    metric = _metric(claim, [values for _, values in expected], [values for _, values in observed])
    recorded, new, paired = groups(
        [(a, v[metric]) for a, v in expected if metric in v], [(a, v[metric]) for a, v in observed if metric in v]
    )
    decision = decide(recorded, new, claim.margin, at_most=claim.relation == "<=", relative=claim.is_relative, paired=paired)
    return _result(Claim(metric, claim.relation, claim.margin, claim.is_relative), decision, (len(recorded), len(new)), paired)


def _result(claim: Claim, decision: Decision, runs: tuple[int, int], paired: bool) -> ClaimResult:
    return ClaimResult(
        claim=claim,
        verdict=VERDICTS[decision.holds],
        effect=decision.effect,
        interval=decision.interval,
        means=decision.means,
        paired=paired,
        runs=runs,
        needed=decision.needed,
        why=decision.why,
    )


def groups(
    expected: Sequence[tuple[Attempt, float]], observed: Sequence[tuple[Attempt, float]]
) -> tuple[list[float], list[float], bool]:
    """Return the numbers of both sides, and whether they are pairs of the same seed: where all are, or enough."""
    by_seed = {attempt.seed: value for attempt, value in expected if attempt.seed is not None}
    pairs = [(by_seed[attempt.seed], value) for attempt, value in observed if attempt.seed in by_seed]
    if pairs and (len(pairs) >= MINIMUM_PAIRS or len(pairs) == len(expected) == len(observed)):
        return [before for before, _ in pairs], [after for _, after in pairs], True
    return [value for _, value in expected], [value for _, value in observed], False


def _metric(claim: Claim, expected: Sequence[Values], observed: Sequence[Values]) -> str:
    """Return which metric is meant, by its whole name. Raises UsageError where that is none, several, or one side's alone."""
    recorded, new = ({name for values in side for name in values} for side in (expected, observed))
    meant = sorted(_meant(claim.metric, recorded | new))
    if not meant:
        raise UsageError(f"{claim}: no output of these runs has such a metric", _suggestion(claim.metric, recorded & new))
    if len(meant) > 1:
        raise UsageError(f"{claim}: {claim.metric} stands for {len(meant)} metrics", f"name one: {', '.join(meant[:10])}")
    for side, name, other in ((recorded, "recorded", "new"), (new, "new", "recorded")):
        if meant[0] not in side:
            hint = _suggestion(meant[0], side) if side else f"only the {other} runs left outputs with numbers"
            raise UsageError(f"{claim}: no {name} run has {meant[0]}", hint)
    return meant[0]


def _meant(name: str, known: Iterable[str]) -> set[str]:
    """Return the metrics that a name stands for: whole, without its output, or by the last part of its path alone."""
    known = set(known)
    for spelled in (_whole, _path, _last):
        found = {one for one in known if name in (spelled(one), spelled(one).removesuffix(LAST))}
        if found:
            return found
    return set()


def _whole(metric: str) -> str:
    return metric


def _path(metric: str) -> str:
    return metric.partition(":")[2]


def _last(metric: str) -> str:
    return _path(metric).rpartition(".")[2]


def _suggestion(name: str, known: Iterable[str]) -> str:
    """Return what may have been meant, spelled as the name is: with or without an output."""
    names = _in_order(known)
    close = closest(name, names if ":" in name else {spelled(one) for one in names for spelled in (_path, _last)})
    return f"did you mean {close[0]}?" if close else suggest(name, names)


def _in_order(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: (name.count("."), name))
