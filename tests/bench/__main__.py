"""Print the table: `python -m tests.bench [--runs N] [--only WORD] [--require]`, or `nox -s bench -- …`.

Everything that a row compares runs in turn, in the same run; a figure is the median, a ratio the median of the rounds' ratios.
Needs a Docker engine; the stand-in image is built first where it is missing, and so is a virtual environment of the same
packages (python3.9). Exits 0 whatever it measures; with --require, 1 where a target is missed.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from . import (
    audit,
    container_check,
    difference,
    fleet,
    full,
    integrity,
    inventory,
    many,
    peers,
    recorded,
    served,
    startup,
    training,
)
from .row import Row

BENCHES = {
    "startup": startup.rows,
    "inventory": inventory.rows,
    "many": many.rows,
    "integrity": integrity.rows,
    "container": container_check.rows,
    "training": training.rows,
    "full": full.rows,
    "doctor": audit.rows,
    "diff": difference.rows,
    "peers": peers.rows,
    "served": served.rows,
    "fleet": fleet.rows,
    "recorded": recorded.rows,
}
HEAD = ("what", "envprobe", "beside", "ratio or amount", "target", "")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5, help="rounds that count (5)")
    parser.add_argument("--only", choices=BENCHES, action="append", help="these benches only; repeatable")
    parser.add_argument("--require", action="store_true", help="exit 1 where a target is missed")
    options = parser.parse_args()
    print(machine(options.runs), end="\n\n")
    print(_line(HEAD), _line(["---"] * len(HEAD)), sep="\n", flush=True)
    missed = 0
    for name in options.only or BENCHES:
        for row in BENCHES[name](options.runs):
            print(_line(_cells(row)), flush=True)
            missed += not row.is_met
    print(f"\n{missed} missed" if missed else "\nevery target is met")
    return 1 if missed and options.require else 0


def machine(runs: int) -> str:
    """Return where and when this was measured, in one sentence."""
    cpu = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    asked = subprocess.run(["docker", "version", "--format", "{{.Server.Version}}"], capture_output=True, text=True)
    return (
        f"{datetime.date.today()}, {cpu[1] if cpu else platform.machine()}, {len(os.sched_getaffinity(0))} processors, "
        f"load {os.getloadavg()[0]:.1f} at the start; Python {platform.python_version()}, pip {version('pip')}, "
        f"Docker {asked.stdout.strip() or 'missing'}; medians of {runs} rounds."
    )


def _cells(row: Row) -> list[str]:
    return [row.what, row.ours, row.peer, row.value, row.target, "met" if row.is_met else "**missed**"]


def _line(cells: list[str] | tuple[str, ...]) -> str:
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    sys.exit(main())
