"""Metrics judged by repeated runs: recorded ones against new ones, and how many runs a claim needs. Pure, without scipy.

    judge_all({"accuracy": Sample(recorded=[0.90, 0.91, 0.89, 0.90, 0.92], new=[0.91])})["accuracy"].sentence

Method, assumptions, sources and measured error rates are in docs/experiments.md. Too few runs are `undetermined`, never a pass.
"""

from __future__ import annotations

from collections.abc import Sequence

from .judge import judge_all as judge_all
from .judgement import Judgement as Judgement
from .judgement import Outcome as Outcome
from .judgement import Sample as Sample
from .sample_size import ALPHA as ALPHA
from .sample_size import runs_for_difference as runs_for_difference
from .sample_size import runs_for_equivalence as runs_for_equivalence
from .settle import MINIMUM_PAIRS as MINIMUM_PAIRS
from .settle import MINIMUM_RUNS as MINIMUM_RUNS


def judge(
    recorded: Sequence[float], new: Sequence[float], margin: float | None = None, *, paired: bool = False, alpha: float = ALPHA
) -> Judgement:
    """Judge one metric alone. `margin` is the largest difference that does not matter, above 0; None asks for any."""
    sample = Sample(recorded=recorded, new=new, margin=margin, is_paired=paired)
    return judge_all({"": sample}, alpha=alpha)[""]
