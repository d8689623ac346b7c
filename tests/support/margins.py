"""What was measured of each switch (tests/data/switches.json), and how far that lies from the limits of rounding."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from envprobe.numerics.divergence import Divergence, How
from envprobe.numerics.tolerance import COMPUTED_IN, DEFAULT, EPSILON, LIMITS

RECORDED = Path(__file__).parents[1] / "data" / "switches.json"


class Moved(NamedTuple):
    """A record that a switch moves."""

    part: str
    stage: str
    tensor: str
    step: int | None
    how: How
    dtype: str
    relative: float | None
    """Scaled error; None where there is no distance."""

    @classmethod
    def of(cls, item: Divergence, dtype: str) -> Moved:
        relative = None if item.relative is None else float(f"{item.relative:.3g}")
        return cls(item.part, item.stage, item.tensor, item.step, item.how, dtype, relative)

    def divergence(self) -> Divergence:
        """Return it as a comparison gives it today."""
        limit = DEFAULT.limit(self.stage, self.dtype)
        members = {name: getattr(self, name) for name in ("part", "stage", "tensor", "step", "how", "relative")}
        return Divergence(**members, limit=limit)

    @property
    def times_limit(self) -> float:
        """How far it is off, in units of the limit; infinite where that is no question of size."""
        limit = self.divergence().limit
        return math.inf if self.how != "bits" or self.relative is None or not limit else self.relative / limit


class Row(NamedTuple):
    """What one switch moves."""

    name: str
    kind: str
    moved: list[Moved]


def write(rows: Iterable[Row]) -> None:
    """Record what was measured."""
    told = ",\n".join(json.dumps([row.name, row.kind, *row.moved]) for row in rows)
    RECORDED.write_text(f"[\n{told}\n]\n")


def read() -> list[Row]:
    """Return what was measured when the table was last made."""
    return [Row(name, kind, [Moved(*item) for item in moved]) for name, kind, *moved in json.loads(RECORDED.read_text())]


def updated(recorded: Iterable[Row], measured: Iterable[Row]) -> list[Row]:
    """Return the recorded rows, those that were measured again in the place of their former ones, new ones last."""
    return list(({row.name: row for row in recorded} | {row.name: row for row in measured}).values())


def times_limit(row: Row) -> float:
    """Return how far its furthest record is off, in units of its limit."""
    return max((item.times_limit for item in row.moved), default=0.0)


def spelled(times: float) -> str:
    """Return a ratio for a reader."""
    return "" if not times else "no size" if math.isinf(times) else f"{times:.1g}" if times < 1 else f"{times:,.0f}"


def table(rows: list[Row]) -> str:
    """Return what each stage allows beside the worst that rounding was measured to do, at each step where there are steps."""
    lines = ["| stage | limit, in epsilons | for float32 | worst rounding | by | below the limit |", "|---|---|---|---|---|---|"]
    measured = [(item.stage, item.step, _epsilons(item), name) for name, item in _rounding(rows)]
    for stage, limit in LIMITS.items():
        for step in sorted(
            {step for at, step, _, _ in measured if at == stage}, key=lambda step: -1 if step is None else step
        ) or [None]:
            worst, name = max(
                ((size, name) for at, when, size, name in measured if (at, when) == (stage, step)), default=(0.0, "")
            )
            label = stage if step is None else f"{stage}, step {step}"
            margin = f"{limit / worst:.0f} times" if worst else "nothing moved it"
            lines.append(f"| {label} | {limit} | {limit * EPSILON['float32']:.0e} | {worst:.2g} | {name} | {margin} |")
    return "\n".join(lines)


def _epsilons(item: Moved) -> float:
    return (item.relative or 0.0) / EPSILON[COMPUTED_IN.get(item.stage, item.dtype)]


def _rounding(rows: Iterable[Row]) -> Iterator[tuple[str, Moved]]:
    for row in rows:
        if row.kind == "rounding":
            yield from ((row.name, item) for item in row.moved if item.relative is not None and item.dtype in EPSILON)
