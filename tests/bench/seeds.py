"""How often envprobe accuses honest runs, and how often it finds a change: the tables of docs/experiments.md.

    python tests/bench/seeds.py [--trials N] [--processes N] [--write]

Simulated runs of one experiment are judged as `envprobe check` judges the metrics of other seeds. The table goes to stdout;
`--write` puts it into docs/experiments.md. About half an hour of one processor with 4,000 trials a cell.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from envprobe.statistic import Outcome, Sample, judge_all
from envprobe.statistic.claim import decide

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "experiments.md"
MARKS = ("<!-- seeds: begin -->", "<!-- seeds: end -->")
COUNTS = (1, 3, 5, 10, 30)
METRICS = (1, 6, 20)
SHIFTS = (1.0, 2.0, 3.0)
SHARED = 0.8
"""The correlation of any two metrics of one run, where they move together."""
TRIALS = 4000
PASSES = (Outcome.NO_DIFFERENCE, Outcome.EQUIVALENT)


def _normal(noise: random.Random) -> float:
    return noise.gauss(0.73, 0.02)


def _near_one(noise: random.Random) -> float:
    return noise.betavariate(30, 0.6)


def _loss(noise: random.Random) -> float:
    return math.exp(noise.gauss(-1, 0.5))


def _heavy(noise: random.Random) -> float:
    return noise.gauss(0, 1) / math.sqrt(noise.gammavariate(1.5, 2) / 3)


def _collapsing(noise: random.Random) -> float:
    return 0.1 if noise.random() < 0.05 else noise.gauss(0.73, 0.02)


def _diverging(noise: random.Random) -> float:
    return math.nan if noise.random() < 0.1 else noise.gauss(0.73, 0.02)


def _coarse(noise: random.Random) -> float:
    return sum(noise.random() < 0.99 for _ in range(100)) / 100


KINDS: dict[str, Callable[[random.Random], float]] = {
    "normal": _normal,
    "accuracy near 1 (beta 30, 0.6)": _near_one,
    "loss (log-normal, sigma 0.5)": _loss,
    "heavy tails (t, 3 degrees)": _heavy,
    "one run in 20 collapses": _collapsing,
    "one run in 10 gives NaN": _diverging,
    "accuracy of 100 images, 0.99": _coarse,
}


class Cell(NamedTuple):
    """One experiment that is simulated."""

    recorded: int
    new: int
    metrics: int = 1
    shared: float = 0.0
    shift: float = 0.0
    """Of the first metric in the new runs, in standard deviations."""
    kind: str = "normal"
    trials: int = TRIALS


class Share(NamedTuple):
    """How often the whole verdict was what, in percent."""

    passes: float
    differs: float


def share(cell: Cell) -> Share:
    """Simulate one cell; the same cell gives the same share."""
    noise = random.Random(repr(cell._replace(trials=0)))
    passes = differs = 0
    for _ in range(cell.trials):
        outcomes = {judgement.outcome for judgement in judge_all(dict(enumerate(_samples(cell, noise)))).values()}
        differs += Outcome.DIFFERENT in outcomes
        passes += outcomes <= set(PASSES)
    return Share(100 * passes / cell.trials, 100 * differs / cell.trials)


def _samples(cell: Cell, noise: random.Random) -> Iterator[Sample]:
    """Yield the metrics of one experiment: normal ones by a part that a run's metrics share, others on their own."""
    runs = cell.recorded + cell.new
    common = [noise.gauss(0, 1) for _ in range(runs)]
    for metric in range(cell.metrics):
        if cell.kind == "normal":
            own, part = math.sqrt(1 - cell.shared), math.sqrt(cell.shared)
            values = [0.73 + 0.02 * (own * noise.gauss(0, 1) + part * both) for both in common]
        else:
            values = [KINDS[cell.kind](noise) for _ in range(runs)]
        shift = 0.02 * cell.shift if metric == 0 else 0.0
        yield Sample(recorded=values[: cell.recorded], new=[value + shift for value in values[cell.recorded :]])


def pairs() -> list[tuple[int, int]]:
    """Return the counts of runs of both sides; which side has more does not matter."""
    return [(more, fewer) for more in COUNTS for fewer in COUNTS if fewer <= more]


class ClaimCell(NamedTuple):
    """One claim that is simulated: a gain of just the margin, or of more."""

    runs: int
    paired: bool
    beyond: float
    """Of the true gain beyond the margin, in standard deviations of single runs."""
    relative: bool = False
    trials: int = TRIALS


def claimed(cell: ClaimCell) -> Share:
    """Return how often a claim holds and how often it is refuted; what is paired correlates as metrics do."""
    noise = random.Random(repr(cell._replace(trials=0)))
    margin = 0.05 * (0.73 if cell.relative else 1.0)
    found = []
    for _ in range(cell.trials):
        seeds = [noise.gauss(0, 1) for _ in range(cell.runs)]
        own, part = (math.sqrt(1 - SHARED), math.sqrt(SHARED)) if cell.paired else (1.0, 0.0)
        sides = [[0.02 * (own * noise.gauss(0, 1) + part * seed) for seed in seeds] for _ in range(2)]
        old, new = [0.73 + value for value in sides[0]], [0.73 + margin + 0.02 * cell.beyond + value for value in sides[1]]
        found.append(decide(old, new, 0.05, at_most=False, relative=cell.relative, paired=cell.paired).holds)
    return Share(100 * found.count(True) / cell.trials, 100 * found.count(False) / cell.trials)


def _claims(trials: int) -> Iterator[str]:
    yield "\n**Claims** of just the true gain, and of 1 and 2 SD less: how often they hold / are refuted, in percent; the rest is undecided.\n"
    yield f"| runs of each side | as large | 1 SD less | 2 SD less | as large, pairs ({SHARED}) | 1 SD less, pairs | as large, in percent |"
    yield "|---|---|---|---|---|---|---|"
    kinds = [
        (False, 0.0, False),
        (False, 1.0, False),
        (False, 2.0, False),
        (True, 0.0, False),
        (True, 1.0, False),
        (False, 0.0, True),
    ]
    for runs in (3, 5, 10, 30):
        found = [claimed(ClaimCell(runs, paired, beyond, relative, trials)) for paired, beyond, relative in kinds]
        yield f"| {runs} | {' | '.join(f'{one.passes:.1f} / {one.differs:.1f}' for one in found)} |"


def table(trials: int, processes: int | None) -> str:
    """Return the tables as Markdown."""
    honest = [[Cell(*counts, metrics, shared, trials=trials) for metrics, shared in _columns()] for counts in pairs()]
    changed = [
        [Cell(*counts, metrics, shift=shift, trials=trials // 8) for metrics in METRICS for shift in SHIFTS] for counts in pairs()
    ]
    odd_counts = ((5, 1), (10, 1), (30, 1), (5, 5), (10, 10), (30, 5))
    odd = [
        [Cell(*counts, metrics, kind=kind, trials=trials // 4) for metrics in (1, 6)] for kind in KINDS for counts in odd_counts
    ]
    every = [cell for rows in (honest, changed, odd) for row in rows for cell in row]
    with multiprocessing.Pool(processes) as pool:
        found = dict(zip(every, pool.map(share, every, chunksize=1), strict=True))
    return "\n".join([*_honest(honest, found), *_changed(changed, found), *_odd(odd, found, len(odd_counts)), *_claims(trials)])


def _columns() -> list[tuple[int, float]]:
    return [(1, 0.0), (6, 0.0), (6, SHARED), (20, 0.0), (20, SHARED)]


def _honest(rows: list[list[Cell]], found: dict[Cell, Share]) -> Iterator[str]:
    yield "**Runs of the same experiment**: how often the whole verdict passes / accuses (`differs`), in percent.\n"
    yield f"| runs of both sides | 1 metric | 6 metrics | 6 that correlate ({SHARED}) | 20 metrics | 20 that correlate |"
    yield "|---|---|---|---|---|---|"
    for row in rows:
        cells = [_rates(found[cell]) for cell in row]
        yield f"| {row[0].recorded} and {row[0].new} | {' | '.join(cells)} |"


def _rates(found: Share) -> str:
    return f"{found.passes:.1f} / {found.differs:.1f}" if found.passes or found.differs else "undetermined"


def _changed(rows: list[list[Cell]], found: dict[Cell, Share]) -> Iterator[str]:
    yield "\n**One metric was changed**, alone or among others: how often that is found, in percent, by the shift in standard deviations (SD).\n"
    names = [f"{shift:g} SD, of {metrics}" for metrics in METRICS for shift in SHIFTS]
    yield f"| runs of both sides | {' | '.join(names)} |"
    yield "|---" * (len(names) + 1) + "|"
    for row in rows:
        yield f"| {row[0].recorded} and {row[0].new} | {' | '.join(f'{found[cell].differs:.0f}' for cell in row)} |"


def _odd(rows: list[list[Cell]], found: dict[Cell, Share], width: int) -> Iterator[str]:
    yield "\n**Metrics that are not normal**: how often runs of the same experiment are accused, in percent, of 1 metric and of 6 independent ones.\n"
    heads = [f"{row[0].recorded} and {row[0].new}" for row in rows[:width]]
    yield f"| metric | {' | '.join(heads)} |"
    yield "|---" * (len(heads) + 1) + "|"
    for start in range(0, len(rows), width):
        part = rows[start : start + width]
        cells = [", ".join(f"{found[cell].differs:.1f}" for cell in row) for row in part]
        yield f"| {part[0][0].kind} | {' | '.join(cells)} |"


def main() -> None:
    """Print the tables, or write them into the documentation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=TRIALS)
    parser.add_argument("--processes", type=int, help="all that there are by default")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    text = f"{given.trials:,} trials a cell of the first table, {given.trials // 8:,} of the second, {given.trials // 4:,} of the third, {given.trials:,} of the last.\n\n{table(given.trials, given.processes)}"
    print(text)
    if given.write:
        document = DOCUMENT.read_text(encoding="utf-8")
        before, rest = document.split(MARKS[0])
        after = rest.split(MARKS[1])[1]
        DOCUMENT.write_text(f"{before}{MARKS[0]}\n{text}\n{MARKS[1]}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
