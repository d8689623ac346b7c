"""What was judged in one sentence, with the numbers that it rests on and no more digits than they have."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence

from .digits import counted, percent, spell
from .judgement import Judgement, Outcome, Sample
from .sample_size import MAXIMUM_RUNS

ALIKE = 1e-9
"""Differences of pairs that are the same but for the rounding of their subtraction."""


def of(sample: Sample, judgement: Judgement, level: float, doubt: float) -> str:
    """Return the sentence for a metric that a test decided."""
    recorded, new = sample.finite()
    change, low, high = judgement.change or 0.0, judgement.low or 0.0, judgement.high or 0.0
    reach = (high - low) / 2
    parts = [_pairs(recorded, new, reach)] if sample.is_paired else []
    if not parts or reach > ALIKE * abs(change):
        share = percent(change, statistics.fmean(recorded))
        mean = " on average" if parts else ""
        parts.append(f"{spell(change, reach, sign=True)}{mean}{f' ({share})' if share else ''}")
        parts.append(f"{100 * (1 - level):.4g} % interval {spell(low, reach, sign=True)} to {spell(high, reach, sign=True)}")
    aside = f"; {divergence(sample)}" if any(sample.diverged()) else ""
    return f"{', '.join(parts)}: {', '.join(_conclusion(sample, judgement, doubt))}{aside}"


def _pairs(recorded: Sequence[float], new: Sequence[float], reach: float) -> str:
    """Return how many seeds gave another number, and by how much."""
    changes = [after - before for before, after in zip(recorded, new, strict=True)]
    differing = sum(change != 0 for change in changes)
    if max(changes) - min(changes) <= ALIKE * max(map(abs, changes)):
        words = f"{spell(changes[0], sign=True)} each"
    else:
        words = f"from {spell(min(changes), reach, sign=True)} to {spell(max(changes), reach, sign=True)}"
    return f"{differing} of {counted(len(changes), 'seed')} {'is' if differing == 1 else 'are'} not bit-identical, {words}"


def _conclusion(sample: Sample, judgement: Judgement, doubt: float) -> Iterator[str]:
    change, margin = judgement.change or 0.0, sample.margin
    direction = "higher" if change > 0 else "lower"
    if judgement.outcome is Outcome.DIFFERENT:
        yield direction if margin is None else f"{direction} by more than the margin of {spell(margin)}"
        if not sample.is_paired and margin is None:
            yield "and more than other seeds explain"
    elif judgement.outcome is Outcome.EQUIVALENT:
        yield f"closer than the margin of {spell(margin or 0.0)}"
    elif judgement.outcome is Outcome.UNDETERMINED:
        yield f"neither shown to be closer than {spell(margin or 0.0)} nor to be further apart"
        yield _needed(judgement)
    else:
        yield "no difference is shown" + (f" (runs dealt at random differ as much in {doubt:.0%} of all deals)" if doubt else "")
        if judgement.detectable:
            yield f"where one of {spell(judgement.detectable, judgement.detectable)} or more would have been"


def _needed(judgement: Judgement) -> str:
    needed = judgement.runs_needed
    if needed is None:
        return f"and more than {MAXIMUM_RUNS:,} runs each side would be needed"
    more = [max(needed - count, 0) for count in judgement.runs]
    return f"which about {needed:,} runs each side would show ({more[0]:,} recorded and {more[1]:,} new ones more)"


def divergence(sample: Sample) -> str:
    """Return how many runs of each side have no finite number."""
    (before, after), (ours, theirs) = sample.diverged(), sample.counts()
    return f"{after} of {counted(theirs, 'new run')} and {before} of {counted(ours, 'recorded run')} gave NaN or infinity"
