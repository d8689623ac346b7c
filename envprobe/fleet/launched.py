"""A target behind a program of this machine that starts others elsewhere, as srun does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import TracebackType

from ..error import TargetError
from ..targets import process, safe_path
from ..targets.address import Address
from ..targets.deadline import Deadline
from ..targets.machine import Machine
from ..targets.protocol import NOT_RUNNABLE, Completed, NoProgram

UNDO_S = 20


class LaunchedTarget(Machine):
    """Python on a node, started by `launcher`; what was started is taken away by `undo` where it may run on."""

    def __init__(
        self,
        address: Address,
        deadline: Deadline,
        launcher: Sequence[str],
        pythons: tuple[str, ...],
        refusal: Callable[[Completed], str],
        undo: Sequence[str] = (),
    ) -> None:
        """Take the words before the program, and what reads from the output why the launcher started nothing, or lost it."""
        super().__init__(address, deadline)
        self.pythons = pythons
        self._launcher, self._refusal, self._undo = tuple(launcher), refusal, tuple(undo)
        self._is_over = True

    def run(self, argv: Sequence[str], stdin: bytes, timeout_s: float, limit_bytes: int) -> Completed:
        """Run a program on the node."""
        self._is_over = False
        try:
            completed = process.run([*self._launcher, *safe_path.in_shell(argv)], stdin, timeout_s, limit_bytes)
        except NoProgram:
            raise TargetError(f"{self.reference}: there is no {self._launcher[0]} on this machine", "ask where it is") from None
        self._is_over = not (completed.timed_out or completed.truncated)
        if completed.returncode in NOT_RUNNABLE and not completed.stdout:
            raise NoProgram(f"{self.reference}: {argv[0]}: cannot be run there")
        if completed.returncode and not completed.stdout and (words := self._refusal(completed)):
            raise TargetError(f"{self.reference}: {words}")
        return completed

    def __enter__(self) -> LaunchedTarget:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._undo and not self._is_over:
            process.run(self._undo, b"", UNDO_S, 1 << 16)
