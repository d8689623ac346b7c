"""What programs cost, run in turn so that a machine that slows down slows all of them."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

Result = TypeVar("Result")


class Cost(NamedTuple):
    """One run of a program, with everything that it started and waited for."""

    wall_s: float
    cpu_s: float
    peak_bytes: int
    """Of the largest process among them."""


def as_installed() -> dict[str, str]:
    """Return the environment without what keeps Python from keeping byte code, which an installed program has."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def of_program(argv: Sequence[str | Path], expected: int = 0) -> Cost:
    """Run a program of this machine to its end, its output thrown away. Raises CalledProcessError where it ends otherwise."""
    began = time.perf_counter()
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(argv, env=as_installed(), **quiet)
    _, status, usage = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != expected:
        raise subprocess.CalledProcessError(process.returncode, [str(word) for word in argv])
    return Cost(wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def in_turn(runs: int, *actions: Callable[[], Result]) -> list[list[Result]]:
    """Return `runs` results of each action: A B A B …, after one round that does not count (caches, first imports)."""
    for action in actions:
        action()
    rounds = [[action() for action in actions] for _ in range(runs)]
    return [list(results) for results in zip(*rounds, strict=True)]
