"""Read files in a child process that may crash or hang: the HDF5 library does both on damaged files, inside C code.

A worker is started once, with the libraries that its first request needs, and forks a child for each request: that costs some
milliseconds, where bytes differ or an output is described. Requests and answers are JSON behind their length.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import IO, NamedTuple, cast

import msgspec

from .comparator import reader_of
from .finding import Findings, Found, Unable, Unreadable, only_refusals
from .summary import Summary
from .tolerance import Rule, Tolerance

STUB = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from envprobe.output.isolation import main; main()"
"""`-m` would put the current folder first on the path, where a file called msgspec.py may lie."""
MEMORY_LIMIT_BYTES = 4 << 30
TIME_LIMIT_S = 30
SLOWEST_BYTES_PER_S = 10 << 20
ANSWER_LIMIT_BYTES = 64 << 20
LENGTH_BYTES = 8
ENVIRONMENT = {
    "HDF5_PLUGIN_PRELOAD": "::",  # no filter plugins: a file could name code to load (HDF5 reference, H5PL)
    "OPENBLAS_NUM_THREADS": "1",  # each thread reserves memory, which the limit counts; and a worker with threads cannot fork
    "OMP_NUM_THREADS": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
}


class Request(msgspec.Struct, frozen=True):
    """What the child is asked: to compare two files, or to summarize one."""

    module: str
    """The comparator's, one of `readers`."""
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
        paths = [str(expected.absolute()), str(observed.absolute())]
        answer = ask(Request(self.module, findings.type_name, paths, findings.output, findings.tolerance.rules))
        if answer.found is not None:
            findings.take(answer.found)

    def summarize(self, path: Path, type_name: str) -> Summary:
        """Summarize a file in a child."""
        return ask(Request(self.module, type_name, [str(path.absolute())])).summary or Summary()


class _Worker:
    """The process that forks, seen from here."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", STUB, json.dumps([place for place in sys.path if place])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **ENVIRONMENT},
            start_new_session=True,
        )

    def ask(self, request: bytes, limit_s: float) -> bytes:
        """Return the answer. Raises TimeoutError where none comes in time, EOFError where the worker is gone."""
        stdin, stdout = cast("IO[bytes]", self.process.stdin), cast("IO[bytes]", self.process.stdout)
        try:
            stdin.write(len(request).to_bytes(LENGTH_BYTES, "little") + request)
            stdin.flush()
        except OSError:
            raise EOFError from None
        end = time.monotonic() + limit_s
        length = int.from_bytes(_read(stdout.fileno(), LENGTH_BYTES, end), "little")
        return _read(stdout.fileno(), min(length, ANSWER_LIMIT_BYTES), end)

    def stop(self) -> None:
        """End the worker and the child that it waits for."""
        if self.owner == os.getpid():
            with suppress(OSError):
                os.killpg(self.process.pid, signal.SIGKILL)
            for stream in (self.process.stdin, self.process.stdout):
                if stream is not None:
                    with suppress(OSError):
                        stream.close()
            self.process.wait()


def _read(descriptor: int, count: int, end: float) -> bytes:
    data = b""
    while len(data) < count:
        if not select.select([descriptor], [], [], max(0.0, end - time.monotonic()))[0]:
            raise TimeoutError
        block = os.read(descriptor, count - len(data))
        if not block:
            raise EOFError
        data += block
    return data


_lock = threading.Lock()
_workers: list[_Worker] = []
"""The one that there is, or none."""


def stop() -> None:
    """End the worker, if there is one."""
    while _workers:
        _workers.pop().stop()


atexit.register(stop)


def ask(request: Request, time_limit_s: int = TIME_LIMIT_S) -> Answer:
    """Return the child's answer. Raises Unreadable where it says so or crashed, Unable where it says so or did not end.

    The time limit is for small files; each 10 MiB add a second.
    """
    limit_s = time_limit_s + sum(Path(path).stat().st_size for path in request.paths) // SLOWEST_BYTES_PER_S
    with _lock:
        if not _workers or _workers[0].owner != os.getpid() or _workers[0].process.poll() is not None:
            _workers[:] = [_Worker()]
        try:
            data = _workers[0].ask(msgspec.json.encode(request), limit_s)
        except TimeoutError:
            stop()
            raise Unable(f"reading it as {request.type} did not end within {limit_s} s") from None
        except EOFError:
            stop()
            raise Unable(f"the process that reads {request.type} files ended") from None
        except BaseException:
            stop()  # an answer that nobody waits for any more would be taken for the next one
            raise
    answer = msgspec.json.decode(data, type=Answer)
    if answer.unable:
        raise Unable(*answer.unable)
    if answer.unreadable:
        raise Unreadable(answer.unreadable)
    return answer


def main() -> None:
    """Answer requests until there are no more: the worker's side."""
    while length := sys.stdin.buffer.read(LENGTH_BYTES):
        data = sys.stdin.buffer.read(int.from_bytes(length, "little"))
        request = msgspec.json.decode(data, type=Request)
        _load(request.module)
        answer = _in_child(request)
        sys.stdout.buffer.write(len(answer).to_bytes(LENGTH_BYTES, "little") + answer)
        sys.stdout.buffer.flush()


def _load(module: str) -> None:
    """Import what a reader needs before the fork, so that it is imported once; what cannot be is reported by the child."""
    with suppress(ImportError):
        reader_of(module)
        for name in getattr(import_module(f".readers.{module}", __package__), "LIBRARIES", ()):
            with suppress(ImportError):
                import_module(name)
        import_module(".array_tally", __package__)


def _in_child(request: Request) -> bytes:
    """Return the answer of a child that reads the files; what it leaves behind where it crashes is its status."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        status = 1
        try:
            _limit_memory()
            with open(writing, "wb") as stream:  # noqa: PTH123 - a pipe
                stream.write(msgspec.json.encode(_answer(request)))
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    with open(reading, "rb") as stream:  # noqa: PTH123 - a pipe
        data = stream.read(ANSWER_LIMIT_BYTES)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status or not data:
        return msgspec.json.encode(Answer(unreadable=f"reading it as {request.type} ended the process with status {status}"))
    return data


def _limit_memory() -> None:
    import resource

    allowed = resource.getrlimit(resource.RLIMIT_AS)[1]
    limit = MEMORY_LIMIT_BYTES if allowed == resource.RLIM_INFINITY else min(MEMORY_LIMIT_BYTES, allowed)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _answer(request: Request) -> Answer:
    module = reader_of(request.module)
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
