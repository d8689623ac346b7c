"""What a fleet costs once it has answered: read, grouped, judged and written as a page. Members are simulated from this machine.

A member more is a line of the spool; what a class costs is a comparison. So the same classes with ten times the members tell
what a member costs, and what 100,000 would.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import msgspec

from envprobe.baseline import Baseline, to_json
from envprobe.fingerprint import Fingerprint
from envprobe.probing.collect import Options, collect
from tests.support.fleets import spread, write_spool

from .cost import Cost, in_turn, of_program
from .host import ENVPROBE
from .row import Row, amount, ratio

CLASSES, OUTLIERS = 40, 200
FEW, MANY, ON_PAPER = 1_000, 10_000, 100_000
WHATEVER = ("sh", "-c", '"$@"; true', "sh")
"""A fleet that differs ends with 1, which is what it should."""


def rows(runs: int) -> Iterator[Row]:
    """Yield what 10,000 members cost, that it grows with their number and no faster, and what 100,000 cost by that."""
    with TemporaryDirectory() as folder:
        here = Path(folder)
        seen = collect("local://", Options())
        (here / "tf.json").write_bytes(to_json(Baseline(name="tf", kind="recorded", fingerprint=seen)))
        spools = [write_spool(here / f"{count}.jsonl", _fleet(seen, count)) for count in (FEW, MANY)]
        few, many = in_turn(runs, *(partial(_checked, here, spool) for spool in spools))
        page_bytes = (here / f"{MANY}.html").stat().st_size
    cpu = [[cost.cpu_s for cost in costs] for costs in (few, many)]
    what = f"fleet of {MANY:,} in {CLASSES + OUTLIERS} classes"
    yield amount(f"{what}, judged and written as a page, CPU", cpu[1], "s", at_most=10)
    yield amount(f"{what}, memory", [cost.peak_bytes for cost in many], "MB", at_most=500)
    yield amount(f"{what}, its page", [page_bytes], "MB", at_most=5)
    yield ratio(f"{what}, CPU", cpu[1], f"{FEW:,} in as many classes", cpu[0], at_most=MANY / FEW)
    member_s = (median(cpu[1]) - median(cpu[0])) / (MANY - FEW)
    yield amount(
        f"{ON_PAPER:,} members in as many classes, by that, CPU", [median(cpu[1]) + member_s * (ON_PAPER - MANY)], "s", at_most=60
    )


def _checked(folder: Path, spool: Path) -> Cost:
    argv = [ENVPROBE, "fleet", "check", "--on", f"file:{spool}", "--baseline", folder / "tf.json", "--format", "html"]
    return of_program([*WHATEVER, *argv, "--output", folder / f"{spool.stem}.html", "--spool", _fresh(folder / "again.jsonl")])


def _fresh(path: Path) -> Path:
    path.unlink(missing_ok=True)
    return path


def _fleet(seen: Fingerprint, count: int) -> dict[str, Fingerprint]:
    large = (count - OUTLIERS) // CLASSES
    classes = [(large, _other(seen, cpu=f"x86-64:class{number}")) for number in range(CLASSES)]
    return spread(
        [*classes, *((1, _other(seen, f"2.{number}.0", f"x86-64:class{number % CLASSES}")) for number in range(OUTLIERS))]
    )


def _other(seen: Fingerprint, version: str = "1.0", cpu: str = "") -> Fingerprint:
    """Return a fingerprint of this machine as if it had another package and another processor."""
    facts = {"packages": {"bench.version": version}, "cpu": {"dispatch": cpu}}
    changed = {name: _with(seen, name, known) for name, known in facts.items()}
    return msgspec.structs.replace(seen, sections={**seen.sections, **changed}, trace=None)


def _with(seen: Fingerprint, section: str, known: dict[str, str]) -> object:
    there = seen.sections[section]
    return msgspec.structs.replace(there, known={**there.known, **known})
