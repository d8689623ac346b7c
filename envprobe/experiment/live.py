"""Run a command on this machine with its output passed on as it comes; Ctrl-C ends it and everything that it started."""

from __future__ import annotations

import errno
import fcntl
import math
import os
import selectors
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TextIO

from ..error import TargetError
from ..targets.interruption import held_back
from ..targets.process import what_is_ready
from ..targets.protocol import STDERR, STDOUT, Capture

CHUNK_BYTES = 1 << 16
POLL_S = 0.1
PATIENCE_S = 10
"""How long a command has after Ctrl-C to write what it wants to keep."""


def run_live(argv: Sequence[str], environment: Mapping[str, str], capture: Capture) -> int:
    """Run a command in a session of its own until it ends; return its exit status, negative for the signal that ended it.

    It reads this process's stdin. Where this process writes to a terminal, so does the command, to one of its own. What it left
    running in the background is killed when it ends. On Ctrl-C it gets SIGINT and, after 10 seconds, SIGKILL; then
    KeyboardInterrupt is raised, as whatever else interrupts. Raises TargetError where it cannot be started.
    """
    outputs = _Outputs()
    process = None
    try:
        with held_back():
            process = _start(argv, environment, outputs)
        outputs.pass_on(process, capture)
    except BaseException:
        if process is not None:
            _interrupt(process, outputs, capture)
        raise
    finally:
        if process is not None:
            _signal(process, signal.SIGKILL)
            process.wait()
        outputs.close()
    return process.returncode


class _Outputs:
    """The reading ends of the command's stdout and stderr, and the writing ends that it gets."""

    def __init__(self) -> None:
        self._readers: dict[int, int] = {}
        self.writers: dict[int, int] = {}
        self._terminal = -1
        for number, stream in ((STDOUT, sys.stdout), (STDERR, sys.stderr)):
            self.writers[number] = self._make(number, _is_terminal(stream))

    def _make(self, number: int, is_terminal: bool) -> int:
        """Return a writing end: a pipe's, or the one terminal's that both streams share, so that their order is kept."""
        if is_terminal and self._terminal >= 0:
            return self._terminal
        reader, writer = os.openpty() if is_terminal else os.pipe()
        if is_terminal:
            self._terminal = writer
            _copy_size(writer)
        self._readers[reader] = number
        return writer

    def let_go(self) -> None:
        """Close the writing ends, which the command has now."""
        for writer in set(self.writers.values()):
            os.close(writer)
        self.writers = {}

    def pass_on(self, process: subprocess.Popen[bytes], capture: Capture, timeout_s: float = math.inf) -> None:
        """Read until the command ended and what it wrote is read; a child of it that holds an output open does not count."""
        deadline = time.monotonic() + timeout_s
        with selectors.DefaultSelector() as selector:
            for reader in self._readers:
                selector.register(reader, selectors.EVENT_READ)
            while selector.get_map() and time.monotonic() < deadline:
                ready = what_is_ready(selector, process, POLL_S)
                if ready is None:
                    break
                for key, _ in ready:
                    data = _read(key.fd)
                    if data:
                        capture.add(self._readers[key.fd], data)
                    else:
                        selector.unregister(key.fd)
        if timeout_s == math.inf:
            process.wait()

    def close(self) -> None:
        self.let_go()
        for reader in self._readers:
            os.close(reader)


def _start(argv: Sequence[str], environment: Mapping[str, str], outputs: _Outputs) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            argv, env=environment, stdout=outputs.writers[STDOUT], stderr=outputs.writers[STDERR], start_new_session=True
        )
    except (FileNotFoundError, NotADirectoryError):
        raise TargetError(f"{argv[0]}: no such program", "the command stands behind --, as it would in a shell") from None
    except OSError as error:
        raise TargetError(f"{argv[0]}: cannot be run: {error.strerror}", "is it executable, and made for this machine?") from None
    finally:
        outputs.let_go()


def _interrupt(process: subprocess.Popen[bytes], outputs: _Outputs, capture: Capture) -> None:
    """Ask the command to end, as Ctrl-C in a terminal does, and read on for a while."""
    _signal(process, signal.SIGINT)
    outputs.pass_on(process, capture, PATIENCE_S)


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    """Send a signal to the command and to all that it started in its session."""
    with suppress(ProcessLookupError, PermissionError):  # PermissionError: macOS, when only a zombie is left
        os.killpg(process.pid, number)


def _read(descriptor: int) -> bytes:
    """Read what is there; a terminal whose other end was closed says EIO, and that is its end."""
    try:
        return os.read(descriptor, CHUNK_BYTES)
    except OSError as error:
        if error.errno == errno.EIO:
            return b""
        raise


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and os.isatty(stream.fileno())
    except (OSError, ValueError):  # replaced by something without a descriptor, as a test or a notebook does
        return False


def _copy_size(terminal: int) -> None:
    """Give a terminal the size of ours, so that progress bars fit."""
    with suppress(OSError):
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, fcntl.ioctl(sys.__stdout__ or 1, termios.TIOCGWINSZ, bytes(8)))
