"""Runs beside each other: which of their metrics are columns, and by which one rows are sorted, as the address says."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlencode

import msgspec

from ..experiment.claims import succeeded
from ..runs import Run
from ..statistic.digits import spell

PATH = "/runs"
FIRST_COLUMNS = 5
COLUMN_LIMIT = 12
METRIC_LIMIT = 200
"""Of one run; the first ones by the depth of their paths."""


class MetricSummary(msgspec.Struct, frozen=True):
    """One metric in all attempts of a run."""

    mean: float | None
    """Of the finite numbers; None where there are none."""
    words: str
    """Mean and standard deviation, with the digits that they have."""
    title: str
    """How many attempts it is of."""


class ColumnChoice(NamedTuple):
    """What the address asks for."""

    metrics: Sequence[str] = ()
    """Columns by name; empty for the first ones."""
    sort: str = ""
    """The metric that rows are sorted by; empty for the newest first."""
    is_descending: bool = True


class Column(NamedTuple):
    """One metric."""

    name: str
    words: str
    """The name without the output's, where all columns are of one output."""
    sort: str
    """An address that sorts by it, the other way where that is so already."""
    arrow: str
    """Which way it is sorted; empty where it is not."""
    remove: str
    """An address without it."""


class ShownColumns(NamedTuple):
    """The columns, those that there could be, and the address that sorts by time."""

    columns: list[Column]
    others: list[tuple[str, str]]
    """Name, and an address that adds it."""
    newest: str


def summaries(run: Run) -> dict[str, MetricSummary]:
    """Return the metrics of a run by `OUTPUT:PATH`, shallow ones first."""
    attempts = [values for _, values in succeeded(run)]
    names = sorted({name for values in attempts for name in values}, key=lambda name: (name.count("."), name))
    return {name: _summary([values[name] for values in attempts if name in values]) for name in names[:METRIC_LIMIT]}


def _summary(values: Sequence[float]) -> MetricSummary:
    finite = [value for value in values if math.isfinite(value)]
    count = f"{len(values)} run{'s' * (len(values) != 1)}"
    odd = f", {len(values) - len(finite)} of them NaN or infinite" if len(finite) < len(values) else ""
    if not finite:
        return MetricSummary(None, spell(values[0]), count + odd)
    mean = statistics.fmean(finite)
    spread = statistics.stdev(finite) if len(finite) > 1 else 0.0
    words = f"{spell(mean, spread)} ± {spell(spread, spread)}" if spread else spell(finite[0])
    return MetricSummary(mean, words + (" (NaN)" if odd else ""), count + odd)


def shown(runs: Sequence[dict[str, MetricSummary]], chosen: ColumnChoice) -> ShownColumns:
    """Return the columns that were chosen, or those that most runs have; last those that tell no run from another."""
    counts = Counter(name for metrics in runs for name in metrics)
    values = {name: {metrics[name].words for metrics in runs if name in metrics} for name in counts}
    ranked = sorted(counts, key=lambda name: (len(values[name]) == 1 < len(runs), -counts[name], name.count("."), name))
    names = [name for name in dict.fromkeys(chosen.metrics) if name in counts][:COLUMN_LIMIT] or ranked[:FIRST_COLUMNS]
    outputs = {name.partition(":")[0] for name in names}
    columns = [_column(name, names, chosen, is_alone=len(outputs) == 1) for name in names]
    others = [name for name in ranked if name not in names] if len(names) < COLUMN_LIMIT else []
    return ShownColumns(columns, [(name, _address([*names, name], chosen)) for name in others], _address(names, ColumnChoice()))


def _column(name: str, names: Sequence[str], chosen: ColumnChoice, *, is_alone: bool) -> Column:
    is_sorted = chosen.sort == name
    turned = chosen._replace(sort=name, is_descending=not chosen.is_descending if is_sorted else True)
    return Column(
        name=name,
        words=name.partition(":")[2] if is_alone else name,
        sort=_address(names, turned),
        arrow=("↓" if chosen.is_descending else "↑") if is_sorted else "",
        remove=_address([other for other in names if other != name], chosen),
    )


def _address(names: Sequence[str], chosen: ColumnChoice) -> str:
    query = [("metric", name) for name in names]
    if chosen.sort:
        query += [("sort", chosen.sort), ("order", "down" if chosen.is_descending else "up")]
    return f"{PATH}?{urlencode(query)}" if query else PATH
