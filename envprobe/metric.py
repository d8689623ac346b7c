"""Metrics of repeated runs as they are drawn: a point a run, and what a run went through."""

from __future__ import annotations

import msgspec


class RunValue(msgspec.Struct, frozen=True):
    """A metric in one run."""

    value: float | None
    """None where it is NaN or infinite."""
    seed: int | None = None


class MetricRuns(msgspec.Struct, frozen=True, kw_only=True):
    """One metric in all runs of both sides."""

    metric: str
    """`OUTPUT:PATH`."""
    recorded: list[RunValue]
    new: list[RunValue]
    effect: float | None = None
    """The change of the mean, new - recorded; None where a side has no finite number."""
    interval: tuple[float, float] | None = None
    """Of the effect, at 95 %; None where there are too few runs."""
    paired: bool = False


class Band(msgspec.Struct, frozen=True):
    """Where the runs of one side are at each step: their mean, the lowest and the highest. None where no run has a number."""

    mean: list[float | None]
    low: list[float | None]
    high: list[float | None]
    runs: int


class History(msgspec.Struct, frozen=True, kw_only=True):
    """One metric over the steps of all runs: of a list in an output, its items."""

    metric: str
    steps: list[int]
    recorded: Band
    new: Band
