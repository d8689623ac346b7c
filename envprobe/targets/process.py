"""Run a program on this machine, bounded in time and output: how `local://` and `ssh://` run anything."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import IO, cast

from .interruption import held_back, is_called_off, orderly_end
from .protocol import STDERR, STDOUT, Capture, Completed, NoProgram

CHUNK_BYTES = 1 << 16
POLL_S = 0.1

Ready = list[tuple[selectors.SelectorKey, int]]


def run(
    argv: Sequence[str], stdin: bytes, timeout_s: float, limit_bytes: int, environ: Mapping[str, str] | None = None
) -> Completed:
    """Run a program in a session of its own, with our variables or others, and return what it wrote.

    When the time or the output limit is reached, or on Ctrl-C, the program and everything that it started is killed. What it
    left running in the background after its own end is killed too. Raises NoProgram.
    """
    with orderly_end():
        process = None
        try:
            with held_back():
                process = _start(argv, environ)
            capture = Capture(limit_bytes)
            ended = _talk(process, stdin, capture, time.monotonic() + timeout_s)
        finally:
            if process:
                end_session(process)
        return capture.completed(process.returncode, timed_out=not ended and not capture.full)


def _start(argv: Sequence[str], environ: Mapping[str, str] | None) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    try:
        return subprocess.Popen(argv, stdin=pipe, stdout=pipe, stderr=pipe, bufsize=0, start_new_session=True, env=environ)
    except (FileNotFoundError, NotADirectoryError):
        raise NoProgram(f"{argv[0]}: no such program") from None
    except OSError as error:  # not executable, or built for another machine
        raise NoProgram(f"{argv[0]}: cannot be run: {error.strerror}") from None


def _talk(process: subprocess.Popen[bytes], stdin: bytes, capture: Capture, deadline: float) -> bool:
    """Write stdin and read both outputs as each is ready, so that none waits for another. Return whether the program ended.

    A child of the program that holds its outputs open does not keep us waiting: once it ended, what is there is all.
    """
    pipes = [cast("IO[bytes]", pipe) for pipe in (process.stdin, process.stdout, process.stderr)]
    unsent = memoryview(stdin)
    with selectors.DefaultSelector() as selector:
        for pipe in pipes:
            os.set_blocking(pipe.fileno(), False)
        selector.register(pipes[0], selectors.EVENT_WRITE)
        selector.register(pipes[1], selectors.EVENT_READ, STDOUT)
        selector.register(pipes[2], selectors.EVENT_READ, STDERR)
        outputs = 2
        while outputs and not capture.full:
            left_s = deadline - time.monotonic()
            if left_s <= 0 or is_called_off():
                return False
            ready = what_is_ready(selector, process, min(left_s, POLL_S))
            if ready is None:
                return True
            for key, _ in ready:
                stream = cast("IO[bytes]", key.fileobj)
                if stream is process.stdin:
                    unsent = _write(stream, unsent)
                    if unsent:
                        continue
                    stream.close()
                elif data := os.read(stream.fileno(), CHUNK_BYTES):
                    capture.add(key.data, data)
                    continue
                else:
                    outputs -= 1
                selector.unregister(stream)
    if capture.full:
        return False
    try:
        process.wait(max(deadline - time.monotonic(), 0))
    except subprocess.TimeoutExpired:  # it closed its outputs and stays
        return False
    return True


def what_is_ready(selector: selectors.BaseSelector, process: subprocess.Popen[bytes], wait_s: float) -> Ready | None:
    """Wait until something is ready; None where the program ended and all that it wrote is read.

    The end is asked for before the outputs: asked for behind them, what a program wrote last in between would be lost.
    """
    ended = process.poll() is not None
    ready = selector.select(0 if ended else wait_s)
    return None if ended and not ready else ready


def _write(stream: IO[bytes], data: memoryview) -> memoryview:
    """Write what fits and return the rest; nothing is left to write to a program that closed its stdin."""
    try:
        return data[os.write(stream.fileno(), data[:CHUNK_BYTES]) :]
    except BrokenPipeError:
        return data[:0]


def end_session(process: subprocess.Popen[bytes]) -> None:
    """End a program that was started in a session of its own, with that session, then let go of its pipes."""
    with suppress(ProcessLookupError, PermissionError):  # PermissionError: macOS, when only a zombie is left
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream:
            stream.close()
