"""Read files in a child process that may crash or hang: the HDF5 library does both on damaged files, inside C code.

The child runs `main`, with one request on stdin and one answer on stdout, both JSON. That costs about half a second, where bytes
differ or an output is described.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import msgspec

from .finding import Findings, Found, Unable, Unreadable, only_refusals
from .summary import Summary
from .tolerance import Rule, Tolerance

STUB = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from envprobe.output.isolation import main; main()"
"""`-m` would put the current folder first on the path, where a file called msgspec.py may lie."""
MEMORY_LIMIT_BYTES = 4 << 30
TIME_LIMIT_S = 30
SLOWEST_BYTES_PER_S = 10 << 20
ENVIRONMENT = {
    "HDF5_PLUGIN_PRELOAD": "::",  # no filter plugins: a file could name code to load (HDF5 reference, H5PL)
    "OPENBLAS_NUM_THREADS": "1",  # each thread reserves memory, which the limit counts
}


class Request(msgspec.Struct, frozen=True):
    """What the child is asked: to compare two files, or to summarize one."""

    module: str
    """The comparator's, beside this one."""
    type: str
    paths: list[str]
    output: str = ""
    rules: dict[str, Rule] = {}


class Answer(msgspec.Struct, frozen=True):
    """What the child says: one of these."""

    found: Found | None = None
    summary: Summary | None = None
    unreadable: str = ""
    unable: tuple[str, str] | None = None
    """Message and hint."""


class Isolated(NamedTuple):
    """A comparator's module in a child process: the same two functions."""

    module: str

    def compare(self, expected: Path, observed: Path, findings: Findings) -> None:
        """Compare two files in a child and write down what it finds."""
        paths = [str(expected), str(observed)]
        answer = ask(Request(self.module, findings.type_name, paths, findings.output, findings.tolerance.rules))
        if answer.found is not None:
            findings.take(answer.found)

    def summarize(self, path: Path, type_name: str) -> Summary:
        """Summarize a file in a child."""
        return ask(Request(self.module, type_name, [str(path)])).summary or Summary()


def ask(request: Request, time_limit_s: int = TIME_LIMIT_S) -> Answer:
    """Return the child's answer. Raises Unreadable where it says so or crashed, Unable where it says so or did not end.

    The time limit is for small files; each 10 MiB add a second.
    """
    limit_s = time_limit_s + sum(Path(path).stat().st_size for path in request.paths) // SLOWEST_BYTES_PER_S
    try:
        child = subprocess.run(
            [sys.executable, "-I", "-c", STUB, json.dumps([place for place in sys.path if place])],
            input=msgspec.json.encode(request),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=limit_s,
            env={**os.environ, **ENVIRONMENT},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Unable(f"reading it as {request.type} did not end within {limit_s} s") from None
    if child.returncode != 0:
        raise Unreadable(f"reading it as {request.type} ended the process with status {child.returncode}")
    answer = msgspec.json.decode(child.stdout, type=Answer)
    if answer.unable:
        raise Unable(*answer.unable)
    if answer.unreadable:
        raise Unreadable(answer.unreadable)
    return answer


def main() -> None:
    """Answer one request: the child's side."""
    import resource

    allowed = resource.getrlimit(resource.RLIMIT_AS)[1]
    limit = MEMORY_LIMIT_BYTES if allowed == resource.RLIM_INFINITY else min(MEMORY_LIMIT_BYTES, allowed)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    request = msgspec.json.decode(sys.stdin.buffer.read(), type=Request)
    sys.stdout.buffer.write(msgspec.json.encode(_answer(request)))


def _answer(request: Request) -> Answer:
    module = import_module(f".readers.{request.module}", __package__)
    paths = [Path(path) for path in request.paths]
    findings = Findings(Tolerance(request.rules), request.output, request.type)
    try:
        with only_refusals(request.type):
            if len(paths) == 1:
                return Answer(summary=module.summarize(paths[0], request.type))
            module.compare(*paths, findings)
            return Answer(found=findings.found)
    except Unable as error:
        return Answer(unable=(error.message, error.hint))
    except Unreadable as error:
        return Answer(unreadable=str(error))
