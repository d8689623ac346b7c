"""Judge a metric by repeated runs: one new run against N, N against M, and how many runs a claim needs.

Method and assumptions, with their sources, are in docs/outputs.md. The runs are taken as independent draws from one normal
distribution: the same code, data and environment with different seeds. Too few runs are `undetermined`, never a pass.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from enum import Enum

import msgspec

from ..error import EnvprobeError
from .sample_size import ALPHA, MAXIMUM_RUNS, MINIMUM_RUNS_EACH, runs_for_equivalence, scipy_stats

MINIMUM_RUNS = 5
"""With 5 runs a 95 % prediction interval is ±3.04 s, 1.6 times that of endlessly many; with 3 it is ±4.97 s: too blunt."""
CONFIDENCE = 0.95
LARGEST = 1e100
"""Beyond, squares of squares overflow."""
MARGIN_LIMIT = 1e9
"""Times the largest magnitude: no difference is larger, so more makes none of it closer."""


class Outcome(Enum):
    """What the runs show."""

    INSIDE = "inside"
    """One new run lies where a new run of the recorded kind is to be expected."""
    OUTSIDE = "outside"
    EQUIVALENT = "equivalent"
    """The means are shown to be closer than the margin."""
    DIFFERENT = "different"
    """The means are shown to differ, and not shown to be closer than the margin."""
    UNDETERMINED = "undetermined"
    """The runs show neither. Never a pass."""


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """The result for one metric."""

    outcome: Outcome
    sentence: str
    """For a reader, with the numbers that it rests on."""
    low: float | None = None
    """The interval: of one new run, or of the difference of the means (observed - expected). None where there is none."""
    high: float | None = None
    runs: int = 0
    """How many recorded runs it rests on."""
    p_value: float | None = None
    """Of the equivalence test; None where none was made."""
    runs_needed: int | None = None
    """How many runs, each side, would decide; None where it is decided, or more than 10,000."""


def judge_run(recorded: Sequence[float], observed: float, *, confidence: float = CONFIDENCE) -> Judgement:
    """Judge one new run by N recorded ones: does it lie in the two-sided prediction interval of one future observation?

    The interval is mean ± t(1 - a/2, N - 1) · s · sqrt(1 + 1/N). Equal recorded values leave no spread: then only the same value
    is inside. A recorded NaN or infinity is `undetermined`; an observed one is outside.
    """
    if refusal := _refusal(recorded, MINIMUM_RUNS, "recorded"):
        return Judgement(outcome=Outcome.UNDETERMINED, sentence=refusal, runs=len(recorded), runs_needed=MINIMUM_RUNS)
    low, high = prediction_interval(recorded, confidence)
    is_inside = low <= observed <= high
    return Judgement(
        outcome=Outcome.INSIDE if is_inside else Outcome.OUTSIDE,
        sentence=_sentence(recorded, observed, low, high, confidence),
        low=low,
        high=high,
        runs=len(recorded),
    )


def prediction_interval(recorded: Sequence[float], confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Return the two-sided prediction interval of one further observation of a normal distribution; needs two finite values."""
    mean, spread = statistics.fmean(recorded), statistics.stdev(recorded)
    if _is_constant(recorded):
        return recorded[0], recorded[0]
    quantile = float(scipy_stats().t.ppf((1 + confidence) / 2, len(recorded) - 1))
    reach = quantile * spread * math.sqrt(1 + 1 / len(recorded))
    return mean - reach, mean + reach


def _sentence(recorded: Sequence[float], observed: float, low: float, high: float, confidence: float) -> str:
    mean, count = statistics.fmean(recorded), len(recorded)
    if not math.isfinite(observed):
        return f"{observed}, but all {count} recorded runs gave finite numbers"
    if low == high:
        if observed == low:
            return f"{_spell(observed)}, as in all {count} recorded runs"
        return f"{observed!r}, but all {count} recorded runs gave {low!r}, without any spread"
    change, reach = observed - mean, (high - low) / 2
    where = "inside" if low <= observed <= high else "outside"
    return (
        f"{_spell(observed)} is {_relative(change, mean)} from the mean {_spell(mean)} of {count} recorded runs, {where} the "
        f"±{_relative(reach, mean).lstrip('+')} that one new run spreads by its seed alone ({confidence:.0%} prediction interval)"
    )


def compare_runs(expected: Sequence[float], observed: Sequence[float], margin: float, *, alpha: float = ALPHA) -> Judgement:
    """Judge N recorded runs against M new ones by Welch's t tests, which are scipy's.

    Equivalent: two one-sided tests (TOST) both reject a distance of `margin` (in the metric's own unit, above 0) or more at level
    `alpha`. Else different: a two-sided test rejects equal means at `alpha`. Else undetermined, with the runs that would decide.
    """
    if not margin > 0 or not math.isfinite(margin):
        raise EnvprobeError(f"a margin of {margin} shows nothing", "give the largest difference that does not matter, above 0")
    for runs, name in ((expected, "recorded"), (observed, "new")):
        if refusal := _refusal(runs, MINIMUM_RUNS_EACH, name):
            needed = MINIMUM_RUNS_EACH
            return Judgement(outcome=Outcome.UNDETERMINED, sentence=refusal, runs=len(expected), runs_needed=needed)
    change = statistics.fmean(observed) - statistics.fmean(expected)
    if _is_constant(expected) and _is_constant(observed):
        return _compare_constants(expected, observed, observed[0] - expected[0], margin)
    low, high, equivalence, difference = _welch(expected, observed, margin, alpha)
    runs_needed = None
    if equivalence < alpha:
        outcome = Outcome.EQUIVALENT
    elif difference < alpha:
        outcome = Outcome.DIFFERENT
    else:
        outcome = Outcome.UNDETERMINED
        runs_needed = runs_for_equivalence(_pooled_spread(expected, observed), margin, alpha=alpha)
    return Judgement(
        outcome=outcome,
        sentence=_comparison_sentence(expected, observed, change, (low, high), margin, outcome, runs_needed, alpha),
        low=low,
        high=high,
        runs=len(expected),
        p_value=equivalence,
        runs_needed=runs_needed,
    )


def _welch(
    expected: Sequence[float], observed: Sequence[float], margin: float, alpha: float
) -> tuple[float, float, float, float]:
    """Return the (1 - 2 alpha) interval of the difference of the means, and the p values of equivalence and of difference.

    All is computed in units of the largest magnitude, because squares of small numbers vanish.
    """
    unit = max(map(abs, (*expected, *observed)))
    ours, theirs = ([value / unit for value in runs] for runs in (expected, observed))
    means = statistics.fmean(ours), statistics.fmean(theirs)
    spreads = statistics.stdev(ours), statistics.stdev(theirs)

    def p_value(shift: float, alternative: str) -> float:
        return float(
            scipy_stats()
            .ttest_ind_from_stats(
                means[1] + shift,
                spreads[1],
                len(theirs),
                means[0],
                spreads[0],
                len(ours),
                equal_var=False,
                alternative=alternative,
            )
            .pvalue
        )

    shift = min(margin / unit, MARGIN_LIMIT)
    equivalence = max(p_value(shift, "greater"), p_value(-shift, "less"))
    change = means[1] - means[0]
    variances = spreads[0] ** 2 / len(ours), spreads[1] ** 2 / len(theirs)
    freedom = sum(variances) ** 2 / (variances[0] ** 2 / (len(ours) - 1) + variances[1] ** 2 / (len(theirs) - 1))
    reach = float(scipy_stats().t.ppf(1 - alpha, freedom)) * math.sqrt(sum(variances))
    return unit * (change - reach), unit * (change + reach), equivalence, p_value(0, "two-sided")


def _compare_constants(expected: Sequence[float], observed: Sequence[float], change: float, margin: float) -> Judgement:
    """Judge two groups without any spread: every run of a group gave the same value."""
    is_close = abs(change) < margin
    return Judgement(
        outcome=Outcome.EQUIVALENT if is_close else Outcome.DIFFERENT,
        sentence=f"all {len(expected)} recorded runs are {_spell(expected[0])}, all {len(observed)} new ones "
        f"{_spell(observed[0])}: {'less' if is_close else 'no less'} than {_spell(margin)} apart",
        low=change,
        high=change,
        runs=len(expected),
    )


def _comparison_sentence(
    expected: Sequence[float],
    observed: Sequence[float],
    change: float,
    interval: tuple[float, float],
    margin: float,
    outcome: Outcome,
    needed: int | None,
    alpha: float,
) -> str:
    mean = statistics.fmean(expected)
    shown = (
        f"the mean of {len(observed)} new runs is {_relative(change, mean)} from that of {len(expected)} recorded ones, "
        f"{1 - 2 * alpha:.0%} interval {_spell(interval[0])} to {_spell(interval[1])}"
    )
    if outcome is Outcome.EQUIVALENT:
        return f"{shown}: closer than the margin of {_spell(margin)}"
    if outcome is Outcome.DIFFERENT:
        return f"{shown}: a difference that the spread of the runs does not explain"
    wanted = f"about {needed:,} runs each side would" if needed else f"more than {MAXIMUM_RUNS:,} runs would be needed to"
    return f"{shown}: neither a difference nor closeness within {_spell(margin)} is shown; {wanted} show closeness"


def _pooled_spread(expected: Sequence[float], observed: Sequence[float]) -> float:
    weights = len(expected) - 1, len(observed) - 1
    variance = weights[0] * statistics.variance(expected) + weights[1] * statistics.variance(observed)
    return math.sqrt(variance / sum(weights))


def _refusal(runs: Sequence[float], minimum: int, name: str) -> str:
    """Return why runs cannot be judged by, or an empty text."""
    if len(runs) < minimum:
        return f"{len(runs)} {name} {'run is' if len(runs) == 1 else 'runs are'} too few to judge by; {minimum} are needed"
    odd = sum(not math.isfinite(value) for value in runs)
    if odd:
        return f"{odd} of {len(runs)} {name} runs are NaN or infinite"
    return f"the {name} runs are too large to compute with" if max(map(abs, runs)) > LARGEST else ""


def _is_constant(runs: Sequence[float]) -> bool:
    return min(runs) == max(runs)


def _relative(change: float, mean: float) -> str:
    """Spell a change as a share of the mean; in its own unit where the mean is 0."""
    return f"{100 * change / abs(mean):+.3g} %" if mean else f"{change:+.3g}"


def _spell(value: float) -> str:
    return f"{value:.6g}"
