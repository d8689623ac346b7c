"""Metrics of recorded runs against those of new ones: is there a difference, or are they close enough?"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from . import sentence
from .effect import Effect, apart, chance_on_every_scale, paired, pooled
from .family import Name, holm, shuffled_chance
from .judgement import Judgement, Outcome, Sample
from .sample_size import ALPHA, detectable, runs_for_equivalence
from .settle import chance_of_divergence, settled


class _Tested(msgspec.Struct, frozen=True):
    """One metric that a test decides."""

    sample: Sample
    effect: Effect
    chance: float
    """The p value of no difference, or of none beyond the margin."""
    by_divergence: bool = False
    """Whether it is that of how many runs gave NaN or infinity."""


def judge_all(samples: Mapping[Name, Sample], *, alpha: float = ALPHA) -> dict[Name, Judgement]:
    """Judge several metrics of the same runs at once.

    Without a margin: is there a difference? At `alpha` over all metrics together, so that runs of one experiment are accused of
    any difference once in twenty times, however many metrics there are; and what was found must hold where the runs are
    shuffled. With a margin: is the difference smaller (TOST), larger, or is neither shown? All samples that are not paired list
    the same runs in the same order.
    """
    judged = {name: settled(sample) for name, sample in samples.items()}
    tested = {name: _test(samples[name]) for name, judgement in judged.items() if judgement is None}
    decided = holm({name: one.chance for name, one in tested.items()}, alpha)
    doubt = _doubt(tested, decided, alpha)
    return {
        name: judgement or _judge(tested[name], *decided[name], alpha, doubt if _is_shuffled(tested[name]) else 0.0)
        for name, judgement in judged.items()
    }


def _test(sample: Sample) -> _Tested:
    recorded, new = sample.finite()
    design = paired if sample.is_paired else pooled if sample.margin is None else apart
    effect = design(recorded, new)
    if sample.margin is not None or sample.is_paired:
        return _Tested(sample, effect, effect.chance(sample.margin or 0.0))
    chance = chance_on_every_scale(recorded, new)
    if not any(sample.diverged()):
        return _Tested(sample, effect, chance)
    divergence = chance_of_divergence(sample)
    return _Tested(sample, effect, min(1.0, 2 * min(chance, divergence)), by_divergence=divergence < chance)


def _doubt(tested: Mapping[Name, _Tested], decided: Mapping[Name, tuple[bool, float]], alpha: float) -> float:
    """Return how often shuffled runs differ as much, where that is too often to believe what was found; else 0."""
    asked = {name: one.sample for name, one in tested.items() if _is_shuffled(one)}
    if not any(decided[name][0] for name in asked):
        return 0.0
    chance = shuffled_chance([(sample.recorded, sample.new) for sample in asked.values()])
    return chance if chance is not None and chance > alpha else 0.0


def _is_shuffled(one: _Tested) -> bool:
    return one.sample.margin is None and not one.sample.is_paired and not one.by_divergence


def _judge(one: _Tested, is_found: bool, level: float, alpha: float, doubt: float) -> Judgement:
    if one.sample.margin is not None:
        return _judge_margin(one, one.sample.margin, is_found, alpha)
    is_found = is_found and not doubt
    outcome = Outcome.DIFFERENT if is_found else Outcome.NO_DIFFERENCE
    return _judgement(one, outcome, level, detectable=one.effect.error * detectable(one.effect.freedom, level), doubt=doubt)


def _judge_margin(one: _Tested, margin: float, is_found: bool, alpha: float) -> Judgement:
    if one.effect.chance_of_more(margin) <= alpha:
        return _judgement(one, Outcome.EQUIVALENT, 2 * alpha)
    if is_found:
        return _judgement(one, Outcome.DIFFERENT, 2 * alpha)
    needed = runs_for_equivalence(one.effect.spread, margin, alpha=alpha, paired=one.sample.is_paired)
    return _judgement(one, Outcome.UNDETERMINED, 2 * alpha, needed=needed)


def _judgement(
    one: _Tested,
    outcome: Outcome,
    level: float,
    *,
    detectable: float | None = None,
    needed: int | None = None,
    doubt: float = 0.0,
) -> Judgement:
    recorded, new = one.sample.finite()
    low, high = one.effect.interval(level)
    judgement = Judgement(
        outcome=outcome,
        sentence="",
        change=one.effect.change,
        low=low,
        high=high,
        runs=(len(recorded), len(new)),
        p_value=one.chance,
        detectable=detectable,
        runs_needed=needed,
    )
    return msgspec.structs.replace(judgement, sentence=_sentence(one, judgement, level, doubt))


def _sentence(one: _Tested, judgement: Judgement, level: float, doubt: float) -> str:
    if one.by_divergence and judgement.outcome is Outcome.DIFFERENT:
        return f"{sentence.divergence(one.sample)}: more than chance explains"
    return sentence.of(one.sample, judgement, level, doubt)
