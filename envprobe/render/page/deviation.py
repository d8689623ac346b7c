"""What differs inside outputs, as pictures: which share of the numbers, and how far apart they are in powers of ten."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from ...output import Deviation
from ...output.comparison import Place
from ...report import OutputResult, Report
from ...spelling import line
from .. import output_summary
from . import scale
from .scale import Scale, Tick

SHOWN_CHARACTERS = 1000
START, END = 16, 204
"""Of the 220 pixels of a strip: round numbers stand below both ends."""

ThreeErrors: TypeAlias = tuple[float, float, float] | None
"""The largest, the mean and the median; None where there are none that can be drawn."""


class Strip(NamedTuple):
    """Three errors on one logarithmic axis."""

    words: str
    largest: float
    mean: float
    median: float


class Share(NamedTuple):
    """Which share of the numbers differs, drawn up to 100."""

    words: str
    differing: float
    outside: float
    """The part that no tolerance accepts."""


class DrawnDifference(NamedTuple):
    """One place in an output that differs."""

    where: str
    expected: str
    observed: str
    words: str
    accepted: bool
    share: Share | None
    absolute: Strip | None
    relative: Strip | None
    first: list[tuple[str, str, str]]
    worst: list[tuple[str, str, str]]


class OutputCard(NamedTuple):
    """One output."""

    severity: str
    name: str
    heading: str
    hint: str
    differences: list[DrawnDifference]
    left: int
    absolute: list[Tick]
    relative: list[Tick]
    """The axes that all differences of this output share; empty where nothing is drawn on them."""


def items(report: Report) -> list[OutputCard]:
    """Return the outputs, the worst first."""
    return [_item(output) for output in output_summary.shown(report, everything=True)]


def _item(output: OutputResult) -> OutputCard:
    found = output.comparison
    told, left = output_summary.findings(found, everything=True)
    deviations = [difference.deviation for difference in found.differences]
    many = [deviation if deviation is not None and deviation.count > 1 else None for deviation in deviations]
    absolute, relative = _axis(map(_absolute, many)), _axis(map(_relative, many))
    return OutputCard(
        severity=output_summary.severity(output).value,
        name=line(found.name),
        heading=line(output_summary.heading(found), SHOWN_CHARACTERS),
        hint=line(found.hint, SHOWN_CHARACTERS),
        differences=[_difference(one, deviation, absolute, relative) for one, deviation in zip(told, many, strict=True)],
        left=left,
        absolute=absolute.ticks if absolute else [],
        relative=relative.ticks if relative else [],
    )


def _difference(
    finding: output_summary.ShownDifference, deviation: Deviation | None, absolute: Scale | None, relative: Scale | None
) -> DrawnDifference:
    return DrawnDifference(
        where=finding.where,
        expected=finding.expected,
        observed=finding.observed,
        words=line(finding.words, SHOWN_CHARACTERS),
        accepted=finding.accepted,
        share=_share(deviation),
        absolute=_strip(_absolute(deviation), absolute),
        relative=_strip(_relative(deviation), relative),
        first=[_place(place) for place in deviation.first] if deviation else [],
        worst=[_place(place) for place in deviation.worst] if deviation else [],
    )


def _share(deviation: Deviation | None) -> Share | None:
    if deviation is None or not deviation.count:
        return None
    words = f"{deviation.differing:,} of {deviation.count:,}"
    return Share(words, _percent(deviation.differing, deviation.count), _percent(deviation.outside, deviation.count))


def _percent(part: int, whole: int) -> float:
    """Return a share up to 100; one that is not nothing is wide enough to be seen."""
    return max(round(100 * part / whole, 1), 1.0) if part else 0.0


def _absolute(deviation: Deviation | None) -> ThreeErrors:
    if deviation is None:
        return None
    return _errors(deviation.max_absolute, deviation.mean_absolute, deviation.median_absolute)


def _relative(deviation: Deviation | None) -> ThreeErrors:
    if deviation is None:
        return None
    return _errors(deviation.max_relative, deviation.mean_relative, deviation.median_relative)


def _errors(largest: float | None, mean: float | None, median: float | None) -> ThreeErrors:
    if largest is None or mean is None or median is None or not all(map(math.isfinite, (largest, mean, median))):
        return None
    return largest, mean, median


def _axis(errors: Iterable[ThreeErrors]) -> Scale | None:
    """Return the axis on which all of these errors lie; None where there are none above zero."""
    told = [value for three in errors if three for value in three if value > 0]
    return scale.logarithmic(told, START, END) if told else None


def _strip(errors: ThreeErrors, axis: Scale | None) -> Strip | None:
    if errors is None or axis is None or not errors[0]:
        return None
    largest, mean, median = errors
    words = f"max {largest:.3g}, mean {mean:.3g}, median {median:.3g}"
    return Strip(words, *(axis.place(max(value, axis.low)) for value in errors))


def _place(place: Place) -> tuple[str, str, str]:
    return line(place.where) or "the number", line(place.expected), line(place.observed)
