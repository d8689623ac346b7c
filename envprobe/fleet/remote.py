"""A target inside of another program's worker: worker.py is sent as source, so that neither side needs the other's Python."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from ..error import TargetError
from ..targets import safe_path
from ..targets.address import Address
from ..targets.deadline import Deadline
from ..targets.interruption import is_called_off
from ..targets.machine import Machine
from ..targets.protocol import STDERR_KEPT_BYTES, Completed, NoProgram

PYTHON = "{python}"
"""Stands for the worker's own interpreter."""
POLL_S = 0.3
SOURCE = Path(__file__).with_name("worker.py").read_text("utf-8")

Call = Callable[..., Any]
"""Calls one of the functions of SOURCE by its name in the worker, with arguments; raises what its client raises."""


class WorkerTarget(Machine):
    """A worker's Python, reached by calls that its own client carries."""

    def __init__(self, address: Address, deadline: Deadline, call: Call) -> None:
        super().__init__(address, deadline)
        self.pythons: tuple[str, ...] = (PYTHON,)
        self._call = call
        self._token = ""

    def run(self, argv: Sequence[str], stdin: bytes, timeout_s: float, limit_bytes: int) -> Completed:
        """Run a program as a child of the worker. Raises TargetError where the worker is lost or does not answer in time."""
        token, end = secrets.token_hex(16), time.monotonic() + timeout_s
        if problem := self._call("start", token, list(argv), dict(safe_path.VARIABLES), stdin, timeout_s, limit_bytes):
            raise NoProgram(f"{self.reference}: cannot be run there: {problem}")
        self._token = token
        while not (answer := self._polled(token)):
            if time.monotonic() > end or is_called_off():
                return Completed(-9, b"", b"", truncated=False, timed_out=True)
            time.sleep(POLL_S)
        self._token = ""
        if answer[0] != "done":
            raise TargetError(f"{self.reference}: the worker was started anew while it was asked", "ask again with --resume")
        _, returncode, stdout, stderr, is_full, is_late = answer
        return Completed(returncode, stdout, stderr[-STDERR_KEPT_BYTES:], truncated=is_full, timed_out=is_late)

    def _polled(self, token: str) -> Any:
        try:
            return self._call("poll", token)
        except TargetError:
            self._token = ""  # who does not answer is not asked to stop either, which would take as long again
            raise

    def __enter__(self) -> WorkerTarget:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._token:
            with suppress(TargetError):  # it cannot be reached; what runs there ends at its own time limit
                self._call("stop", self._token)
