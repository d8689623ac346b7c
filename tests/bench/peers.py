"""What whole commands cost beside the programs that are the nearest to them: they record and compare far less."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from .cost import Cost, in_turn, of_program
from .host import ENVPROBE
from .row import Row, ratio

LIBRARIES = "import click, msgspec"
"""What a command of ours cannot do without."""


def rows(runs: int) -> Iterator[Row]:
    """Yield CPU seconds: an inventory beside ceteris capture, a diff of two files beside envfixer's and beside its libraries."""
    with TemporaryDirectory() as folder:
        yield from _inventory(runs, Path(folder))
        yield from _diff(runs, Path(folder))


def _inventory(runs: int, folder: Path) -> Iterator[Row]:
    ceteris = ENVPROBE.with_name("ceteris")
    if not ceteris.exists():
        print("ceteris is not installed: a row is left out", file=sys.stderr)
        return
    probe: list[str | Path] = [ENVPROBE, "probe", "--no-integrity", "--no-benchmark"]
    ours, theirs = in_turn(
        runs, partial(of_program, probe), partial(of_program, [ceteris, "capture", "--repo", folder, "-o", folder / "c.json"])
    )
    yield ratio("`envprobe probe local://`, inventory, CPU", _cpu(ours), "`ceteris capture`", _cpu(theirs), at_most=1.4)


def _diff(runs: int, folder: Path) -> Iterator[Row]:
    recorded = folder / "a.json"
    recording: list[str | Path] = [ENVPROBE, "probe", "--no-integrity", "--no-benchmark", "--output", recorded]
    subprocess.run(recording, check=True, capture_output=True)
    diff = partial(of_program, [ENVPROBE, "diff", recorded, recorded])
    bare = partial(of_program, [sys.executable, "-c", LIBRARIES])
    envfixer, peers = ENVPROBE.with_name("envfixer"), folder / "e.json"
    if not envfixer.exists():
        print("envfixer is not installed: two rows are left out", file=sys.stderr)
        return
    subprocess.run([envfixer, "capture", "-o", peers], check=True, capture_output=True)
    ours, libraries, theirs = in_turn(runs, diff, bare, partial(of_program, [envfixer, "diff", peers, peers]))
    yield ratio("diff of two files, whole, CPU", _cpu(ours), "`envfixer diff`", _cpu(theirs), at_most=1.3)
    yield ratio(f"`{LIBRARIES}` alone, CPU", _cpu(libraries), "`envfixer diff`", _cpu(theirs), at_most=1.3)


def _cpu(costs: list[Cost]) -> list[float]:
    return [cost.cpu_s for cost in costs]
