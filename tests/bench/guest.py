"""A container of the stand-in, and what programs cost inside it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from envprobe.probing import bundle
from tests.support.engine import standin_image

METER = Path(__file__).with_name("meter.py").read_text("utf-8")


class Program(NamedTuple):
    """What to run in a container."""

    argv: tuple[str, ...]
    stdin: str = ""


class GuestCost(NamedTuple):
    """One run of a program inside a container."""

    wall_s: float
    cpu_s: float
    largest_bytes: int
    together_bytes: int
    """All its processes at one time; 0 where nobody looked."""


@contextmanager
def container() -> Iterator[str]:
    """Yield the name of a new container of the stand-in that does nothing; removed afterwards."""
    started = ["docker", "run", "--detach", "--network", "none", standin_image(), "sleep", "infinity"]
    name = subprocess.run(started, check=True, capture_output=True, text=True).stdout.strip()[:12]
    try:
        yield name
    finally:
        subprocess.run(["docker", "rm", "--force", name], check=True, capture_output=True)


def probe(**request: Any) -> Program:
    """Return the probe as the host sends it; what the request does not name is everything but integrity and training run."""
    usual = {"nonce": "0" * 32, "timeout_s": 600, "sections": None, "integrity": False, "benchmark": "off"}
    line = bundle.line({**usual, "hash_key": None, "code": None, "data": [], **request})
    return Program(("python3", "-B", "-c", bundle.stub()), line.decode("ascii"))


def python(program: str) -> Program:
    """Return a Python program."""
    return Program(("python3", "-c", program))


def in_turn(name: str, runs: int, *programs: Program, before: tuple[str, ...] = (), watch: bool = False) -> list[list[GuestCost]]:
    """Run programs in turn inside a container and return `runs` costs of each.

    The program `before` is run ahead of each, and costs nothing. `watch` looks at memory, which costs time.
    """
    listed = [program._asdict() for program in programs]
    order = json.dumps({"runs": runs, "before": before, "watch": watch, "programs": listed})
    command = ["docker", "exec", "--interactive", name, "python3", "-c", METER]
    done = subprocess.run(command, input=order, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"the meter failed in {name}: {done.stderr.strip()[-1000:]}")
    return [[GuestCost(*cost) for cost in costs] for costs in json.loads(done.stdout)]
