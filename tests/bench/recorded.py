"""What it costs to compare many recorded outputs, none of which is as it was."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from envprobe.output import OutputDescription, OutputVerdict, Tolerance, compare_descriptions, describe

from .cost import in_turn
from .row import Row, amount

OUTPUTS = 10_000


def rows(runs: int) -> Iterator[Row]:
    """Yield the CPU time in which all are compared, once they are read."""
    expected, observed = _described(7), _described(11)
    (spent,) = in_turn(runs, lambda: _compared_s(expected, observed))
    yield amount(f"{OUTPUTS:,} recorded outputs that all differ, compared, CPU", spent, "s", at_most=0.5)


def _described(divisor: int) -> list[OutputDescription]:
    """Describe outputs of which one metric of four depends on the divisor."""
    with TemporaryDirectory() as folder:
        paths = [Path(folder, f"m{number:05}.json") for number in range(OUTPUTS)]
        for number, path in enumerate(paths, start=1):
            path.write_text(json.dumps({"loss": number / divisor, "acc": [1, 2, 3]}))
        return [describe(path) for path in paths]


def _compared_s(expected: list[OutputDescription], observed: list[OutputDescription]) -> float:
    began = time.process_time()
    verdicts = {compare_descriptions(one, other, Tolerance()).verdict for one, other in zip(expected, observed, strict=True)}
    spent_s = time.process_time() - began
    if verdicts != {OutputVerdict.DIFFERS}:
        raise RuntimeError(f"all outputs differ, and these verdicts were found: {verdicts}")
    return spent_s
