"""Damage what every reader reads, for some seconds each: a result or one clear error, in bounded time and memory.

    python -m tests.fuzz [NAME…] [--seconds 5] [--seed 1] [--slowest 20]

A name is a part of a reader's. A row says how many damaged files were read, how many of them were refused with a sentence, and the
slowest. The first exception that is no such sentence ends the program with the seed, the reader and the file, which is kept.
docs/security.md has the figures.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import tempfile
import time
import traceback
import warnings
from pathlib import Path
from typing import NamedTuple

from envprobe.error import EnvprobeError
from tests.fuzz.readers import Reader, readers


class Found(NamedTuple):
    """What fuzzing one reader showed."""

    files: int
    refused: int
    slowest_s: float
    faults: int


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--slowest", type=float, default=20, help="seconds that one file may take")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    rows = []
    print("| reader | damaged files | refused | slowest | faults |\n|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for reader in readers(Path(folder)):
            if options.names and not any(name in reader.name for name in options.names):
                continue
            found = fuzz(reader, options.seconds, random.Random(f"{options.seed} {reader.name}"), options.slowest)
            rows.append(found)
            print(
                f"| {reader.name} | {found.files:,} | {found.refused:,} | {found.slowest_s:.2f} s | {found.faults} |", flush=True
            )
    files, faults, slowest = sum(row.files for row in rows), sum(row.faults for row in rows), max(row.slowest_s for row in rows)
    memory = max(resource.getrusage(who).ru_maxrss >> 10 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(f"\n{len(rows)} readers, {files:,} damaged files, {faults} faults, the slowest {slowest:.2f} s, {memory:,} MiB at most")
    return 1 if faults else 0


def fuzz(reader: Reader, seconds: float, source: random.Random, slowest_s: float) -> Found:
    """Give a reader damaged files for a while; tell of each kind of fault once, and keep its file."""
    files = refused = 0
    worst, kinds = 0.0, set()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        data = reader.damage(reader.sample, source)
        began, kind, words = time.monotonic(), "", ""
        try:
            reader.read(data)
        except EnvprobeError:
            refused += 1
        except Exception as error:  # noqa: BLE001 - this is what is looked for
            words = traceback.format_exc()
            kind = f"{type(error).__name__} at {traceback.extract_tb(error.__traceback__)[-1].filename}"
        took = time.monotonic() - began
        files, worst = files + 1, max(worst, took)
        if took > slowest_s:
            kind = "slow"
        if kind and kind not in kinds:
            kinds.add(kind)
            tell(reader, data, kind, words)
    return Found(files, refused, worst, len(kinds))


def tell(reader: Reader, data: bytes, kind: str, words: str) -> None:
    """Keep what was read, and say what came of it."""
    with tempfile.NamedTemporaryFile(prefix="envprobe-fuzz-", delete=False) as kept:
        kept.write(data)
    print(f"{reader.name}: {kind}; the file is kept: {kept.name}\n{words}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
