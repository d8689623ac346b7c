"""Damage real outputs at random and compare them, for some seconds each: no crash, no hang, no verdict but one of the four.

    python -m tests.fuzz.outputs [NAME…] [--seconds 5] [--seed 1]

The files are those of tests/data/outputs/corpus. A row says how many damaged files were compared and described, what was said of them,
the slowest of them, and the memory of the largest process. docs/outputs.md has the figures.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from collections import Counter
from pathlib import Path

from envprobe.output import Tolerance, compare_outputs, describe
from tests.fuzz.damage import of_bytes

CORPUS = Path(__file__).parents[1] / "data" / "outputs" / "corpus" / "recorded"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print("| file | damaged files | identical | differs | undetermined | slowest |\n|---|---|---|---|---|---|", flush=True)
    total, slowest = 0, 0.0
    for path in sorted(CORPUS.iterdir()):
        if options.names and path.name not in options.names:
            continue
        counts, worst = fuzz(path, options.seconds, random.Random(options.seed))
        total, slowest = total + counts.total(), max(slowest, worst)
        words = " | ".join(f"{counts[name]:,}" for name in ("identical", "differs", "undetermined"))
        print(f"| {path.name} | {counts.total():,} | {words} | {worst:.2f} s |", flush=True)
    own, children = (resource.getrusage(who).ru_maxrss >> 10 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(f"\n{total:,} damaged files, the slowest {slowest:.2f} s, {max(own, children):,} MiB at most", flush=True)


def fuzz(path: Path, seconds: float, source: random.Random) -> tuple[Counter[str], float]:
    """Return what was said of damaged files, and the longest time that one took. Whatever is raised ends the program."""
    counts: Counter[str] = Counter()
    data, worst, end = path.read_bytes(), 0.0, time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as folder:
        observed = Path(folder, path.name)
        while time.monotonic() < end:
            observed.write_bytes(of_bytes(data, source))
            began = time.monotonic()
            counts[compare_outputs(path, observed, Tolerance()).verdict.value] += 1
            describe(observed)
            worst = max(worst, time.monotonic() - began)
    return counts, worst


if __name__ == "__main__":
    main()
