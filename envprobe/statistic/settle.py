"""What is known of a metric without a test: too few runs, runs that diverged, numbers that never vary."""

from __future__ import annotations

import math
from collections.abc import Sequence

from .digits import counted, spell
from .judgement import Judgement, Outcome, Sample
from .sentence import divergence

MINIMUM_RUNS = 6
"""On both sides together. Then one run is held against five: a 95 % prediction interval of ±3.04 s, 1.6 times that of endlessly
many; with one fewer it is ±3.56 s, and with 4 in all ±4.97 s: too blunt to pass anything by."""
MINIMUM_PAIRS = 5
"""Of the same seed; a paired test of fewer finds hardly anything, so they would pass by being few."""
LARGEST = 1e100
"""Beyond, sums and squares overflow."""
RARE = 0.05


def settled(sample: Sample) -> Judgement | None:
    """Judge what needs no test: too few runs, runs that diverged, metrics that never vary. None where a test decides."""
    recorded, new = sample.finite()
    if judgement := _diverged(sample):
        return judgement
    if sample.margin is not None and recorded and new and _all_close(sample, recorded, new, sample.margin):
        words = f"no two of the runs that are compared are further apart than the margin of {spell(sample.margin)}"
        return _settled(Outcome.EQUIVALENT, words, recorded, new)
    if recorded and new and max(map(abs, (*recorded, *new))) > LARGEST:
        return _settled(Outcome.UNDETERMINED, "the numbers are too large to compute with", recorded, new)
    if sample.is_paired:
        return _few_or_equal_pairs(recorded, new)
    if len(recorded) + len(new) < MINIMUM_RUNS or not recorded or not new:
        counts = f"{counted(len(recorded), 'recorded run')} and {counted(len(new), 'new run')}"
        words = f"{counts} are too few to judge other seeds by; {MINIMUM_RUNS} in all are needed, such as 5 recorded and 1 new"
        return _settled(Outcome.UNDETERMINED, words, recorded, new, runs_needed=MINIMUM_RUNS - 1)
    if len({*recorded}) == len({*new}) == 1:
        return _constants(recorded, new)
    return None


def _settled(
    outcome: Outcome, words: str, recorded: Sequence[float], new: Sequence[float], runs_needed: int | None = None
) -> Judgement:
    return Judgement(outcome=outcome, sentence=words, runs=(len(recorded), len(new)), runs_needed=runs_needed)


def _all_close(sample: Sample, recorded: Sequence[float], new: Sequence[float], margin: float) -> bool:
    if sample.is_paired:
        return all(abs(after - before) <= margin for before, after in zip(recorded, new, strict=True))
    return max(*recorded, *new) - min(*recorded, *new) <= margin


def _few_or_equal_pairs(recorded: Sequence[float], new: Sequence[float]) -> Judgement | None:
    """Judge few runs of the same seeds: other numbers are a difference until enough pairs show that it has no direction."""
    differing = sum(before != after for before, after in zip(recorded, new, strict=True))
    if not differing:
        return _settled(Outcome.EQUIVALENT, "the same numbers from the same seeds", recorded, new)
    if len(recorded) >= MINIMUM_PAIRS:
        return None
    words = f"{differing} of {counted(len(recorded), 'seed')} {'is' if differing == 1 else 'are'} not bit-identical"
    rest = f"{MINIMUM_PAIRS} pairs would show whether the mean is another"
    return _settled(Outcome.DIFFERENT, f"{words}; {rest}", recorded, new, runs_needed=MINIMUM_PAIRS)


def _diverged(sample: Sample) -> Judgement | None:
    """Judge runs that gave NaN or infinity by their number alone; None where the finite ones are to be judged, too."""
    recorded, new = sample.finite()
    before, after = sample.diverged()
    words = divergence(sample)
    if not before and not after:
        return None
    if sample.is_paired:
        pairs = [pair for pair in zip(sample.recorded, sample.new, strict=True) if None not in pair]
        if any(math.isfinite(a or 0.0) != math.isfinite(b or 0.0) for a, b in pairs):
            return _settled(Outcome.DIFFERENT, f"{words}, of the same seeds", recorded, new)
        return None
    if after and not before and not new:
        return _settled(Outcome.DIFFERENT, words, recorded, new)
    if not recorded or not new or (after and not before and chance_of_divergence(sample) > RARE):
        return _settled(Outcome.UNDETERMINED, f"{words}: too few to tell that from chance", recorded, new)
    return None


def chance_of_divergence(sample: Sample) -> float:
    """Return the p value of as uneven a share of runs that diverge on both sides: Fisher's exact test, two-sided."""
    before, after = sample.diverged()
    ours, theirs = sample.counts()
    odd = before + after
    ways = [math.comb(ours, odd - count) * math.comb(theirs, count) for count in range(min(odd, theirs) + 1)]
    return sum(way for way in ways if way <= ways[after]) / math.comb(ours + theirs, odd)


def _constants(recorded: Sequence[float], new: Sequence[float]) -> Judgement:
    """Judge a metric that no seed has moved on either side."""
    sides = f"{_all(recorded, 'recorded')} gave {recorded[0]!r} and {_all(new, 'new')} {new[0]!r}"
    if recorded[0] == new[0]:
        return _settled(Outcome.NO_DIFFERENCE, f"all runs gave {new[0]!r}", recorded, new)
    if _is_saturated(recorded[0], new[0]) and math.comb(len(recorded) + len(new), len(new)) < 1 / RARE:
        words = f"{sides}: too few runs to tell how often one falls short of the limit"
        return _settled(Outcome.UNDETERMINED, words, recorded, new, runs_needed=MINIMUM_RUNS)
    return _settled(Outcome.DIFFERENT, f"{sides}, without any spread", recorded, new)


def _is_saturated(*values: float) -> bool:
    """Tell whether one side is at the limit of a share, where seeds often change nothing, and the other is just a share."""
    low, high = sorted(values)
    return (low == 0.0 and 0 < high < 1) or (high == 1.0 and 0 < low < 1)


def _all(values: Sequence[float], name: str) -> str:
    return f"the {name} run" if len(values) == 1 else f"all {len(values)} {name} runs"
