"""The metrics of an output: the numbers that stand for themselves, and the last one of each list."""

from __future__ import annotations

import re

from ..output import OutputDescription, stable_name
from ..runs import Attempt

ITEM = re.compile(r"(.*)\[(\d+)\]")
LAST = "[last]"


def metrics_of(output: OutputDescription) -> dict[str, float]:
    """Return single numbers by path, and of each list its last number, as `loss[last]`: of a history, the end counts."""
    found: dict[str, float] = {}
    last: dict[str, tuple[int, str]] = {}
    for path, text in output.metrics.items():
        item = ITEM.fullmatch(path)
        if item is None:
            found[path] = float(text)
        else:
            last[item[1]] = max(last.get(item[1], (-1, "")), (int(item[2]), text))
    return {**found, **{path + LAST: float(text) for path, (_, text) in last.items()}}


def histories_of(attempt: Attempt) -> dict[str, dict[int, float]]:
    """Return the lists and logged columns of numbers in the outputs of a run by `OUTPUT:PATH`, each number by its step."""
    found: dict[str, dict[int, float]] = {}
    for output in attempt.outputs:
        for path, series in output.histories.items():
            values = map(float, series.values)
            found[f"{stable_name(output.name)}:{path}"] = dict(zip(series.steps, values, strict=True))
        for path, text in output.metrics.items():
            item = ITEM.fullmatch(path)
            if item is not None:
                found.setdefault(f"{stable_name(output.name)}:{item[1]}", {})[int(item[2])] = float(text)
    return {name: items for name, items in found.items() if len(items) > 1}
