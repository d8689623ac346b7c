"""The metrics of an output: the numbers that stand for themselves, and the last one of each list."""

from __future__ import annotations

import re

from ..output import OutputDescription

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
