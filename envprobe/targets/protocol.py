"""What every target is, and what passes through it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Protocol

import msgspec

from ..error import TargetError
from ..fact import Section
from .deadline import Deadline
from .packed import Packer


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


class Inspection(msgspec.Struct, frozen=True):
    """How a container was made, as its engine says."""

    container: Mapping[str, Any]
    """The inspect document; secrets are in there."""
    image: Mapping[str, Any]
    tool: str
    """The command of the engine."""


class NoProgram(TargetError):
    """The target is there, and the program to run is not in it."""


class Target(Protocol):
    """A place where a program can be run. Entering it finds the place, leaving it removes what was made there."""

    reference: str
    deadline: Deadline
    """Until when whoever opened the target waits for it; what it makes of requests and logins ends by then."""
    pythons: tuple[str, ...]
    """The interpreters to try, in order."""
    context: dict[str, object]
    """What a reader may want to know about the place; never compared."""

    @property
    def launch(self) -> dict[str, Any]:
        """What the probe is to judge in place of itself, where that has other variables or another interpreter.

        `{"of": "main", "pid": N}`: a container's main process, `pid` null where no number names it.
        `{"of": "login", "pinned": bool}`: a person's login, and whether somebody named the interpreter.
        Nothing: what the probe is started as is what runs.
        """
        ...

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

    def made(self) -> Inspection | None:
        """Return how it was made, after `outside`; None where it is no container that somebody made."""
        ...

    def unchanged(self, places: Sequence[str]) -> bool:
        """Say whether the outside vouches that nothing under these absolute paths differs from the image."""
        ...

    def packer(self) -> AbstractContextManager[Packer | None]:
        """Give what hands out files of the place from outside, by no program in it; None where nobody stands outside."""
        ...

    @property
    def image_reference(self) -> str:
        """A reference to the image that a container was made from; empty for what is none."""
        ...

    def __enter__(self) -> Target: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...


class EngineTarget(Target, Protocol):
    """A place in which an engine runs experiments, and hands out their files."""

    def follow(self, argv: Sequence[str], variables: Mapping[str, str], capture: Capture) -> int:
        """Run a command for as long as it takes, `variables` added to its environment; return its exit status."""
        ...

    def archive(self, path: str) -> AbstractContextManager[Iterable[bytes]]:
        """Give the pieces of a tar archive of one file or folder."""
        ...


NOT_RUNNABLE = (126, 127)
"""How a POSIX shell ends where a program is not executable, or not there."""
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
