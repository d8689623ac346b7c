"""What every target is, and what passes through it."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, Protocol

import msgspec

from ..error import TargetError, UsageError
from ..fact import Section


class Address(msgspec.Struct, frozen=True):
    """A target's reference, taken apart: `image://tensorflow/tensorflow:2.9.0?gpus=all`."""

    scheme: str
    place: str
    """What stands between `://` and `?`."""
    options: dict[str, list[str]] = {}

    @property
    def reference(self) -> str:
        """The reference as the user wrote it, without its options."""
        return f"{self.scheme}://{self.place}"

    def option(self, name: str) -> str:
        """Return an option's last value, or an empty string."""
        return self.options.get(name, [""])[-1]

    def allow_options(self, *known: str) -> None:
        """Refuse an option that the scheme does not know, rather than leave it out silently. Raises UsageError."""
        for name in self.options:
            if name not in known:
                hint = "known here: " + ", ".join(known) if known else f"{self.scheme}:// takes no options"
                raise UsageError(f"{self.reference}: no such option {name!r}", hint)


class Completed(msgspec.Struct, frozen=True):
    """A program that ended in a target, or was ended."""

    returncode: int
    """Its exit status; negative for the signal that ended it, where the target tells."""
    stdout: bytes
    stderr: bytes
    """The last part of it; see Capture."""
    truncated: bool
    """It wrote more than the limit and was ended."""
    timed_out: bool = False
    """It did not end within the time limit and was ended."""


class NoProgram(TargetError):
    """The target is there, and the program to run is not in it."""


class Target(Protocol):
    """A place where a program can be run. Entering it finds the place, leaving it removes what was made there."""

    reference: str
    pythons: tuple[str, ...]
    """The interpreters to try, in order."""
    context: dict[str, Any]
    """What a reader may want to know about the place; never compared."""

    @property
    def image_id(self) -> str:
        """The id of the image that the target runs; empty where there is no image."""
        ...

    def run(self, argv: Sequence[str], stdin: bytes, timeout_s: float, limit_bytes: int) -> Completed:
        """Run a program without a shell and wait for its end, at most `timeout_s` and `limit_bytes` of output.

        Raises NoProgram where there is no such program, and TargetError where the place cannot be reached or was lost.
        """
        ...

    def outside(self) -> dict[str, Section]:
        """Return the sections that only the outside can know: `image` and `container`; nothing where there is no image."""
        ...

    def unchanged(self, places: Sequence[str]) -> bool:
        """Say whether the outside vouches that nothing under these absolute paths differs from the image."""
        ...

    def __enter__(self) -> Target: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...


STDOUT, STDERR = 1, 2
STDERR_KEPT_BYTES = 64 << 10


class Capture:
    """What a program wrote: all of stdout and the end of stderr, together bounded by `limit_bytes` as they came in."""

    def __init__(self, limit_bytes: int) -> None:
        self._left = limit_bytes
        self._stdout = bytearray()
        self._stderr = bytearray()

    def add(self, stream: int, data: bytes) -> None:
        """Keep a piece of STDOUT or STDERR, cut where the limit is reached."""
        data = data[: max(self._left + 1, 0)]
        self._left -= len(data)
        if stream == STDERR:
            self._stderr += data
            del self._stderr[:-STDERR_KEPT_BYTES]
        else:
            self._stdout += data

    @property
    def full(self) -> bool:
        """Whether more was written than the limit allows."""
        return self._left < 0

    def completed(self, returncode: int, *, timed_out: bool) -> Completed:
        """Return what was kept, with how the program ended."""
        return Completed(returncode, bytes(self._stdout), bytes(self._stderr), self.full, timed_out)


@contextmanager
def orderly_end() -> Iterator[None]:
    """Let Ctrl-C, SIGTERM and SIGHUP unwind the stack once, so that `finally` removes what was made in a target.

    A second signal is ignored until that is done: an impatient second Ctrl-C must not leave a container behind.
    Outside the main thread, and where somebody set a handler of their own, nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ours = {
        number: handler
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        if (handler := signal.getsignal(number)) in (signal.SIG_DFL, signal.default_int_handler)
    }

    def unwind(number: int, frame: FrameType | None) -> None:
        for each in ours:
            signal.signal(each, signal.SIG_IGN)
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        sys.exit(128 + number)

    for number in ours:
        signal.signal(number, unwind)
    try:
        yield
    finally:
        for number, handler in ours.items():
            signal.signal(number, handler)


@contextmanager
def held_back() -> Iterator[None]:
    """Let Ctrl-C, SIGTERM and SIGHUP wait until what was made is known to the code that removes it.

    Without it a signal in the midst of `subprocess.Popen` leaves a program that nobody ends. A mask would be inherited by it.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    waiting: list[int] = []
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    ours = {number: handler for number, handler in handlers.items() if handler is not None}
    for number in ours:
        signal.signal(number, lambda number, frame: waiting.append(number))
    try:
        yield
    finally:
        for number, handler in ours.items():
            signal.signal(number, handler)
        if waiting:
            signal.raise_signal(waiting[0])
