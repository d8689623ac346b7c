"""A Python of this machine with other variables, CPUs and packages in front: nothing of it is changed."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from ..targets import process, safe_path
from ..targets.address import Address
from ..targets.deadline import Deadline
from ..targets.local import LocalTarget
from ..targets.protocol import Completed

BOUND = """
import os, sys
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(sys.argv[1])])
os.execvp(sys.argv[2], sys.argv[2:])
"""
ELSEWHERE = """
import os, sys
os.chdir(sys.argv[1])
os.execvp(sys.argv[2], sys.argv[2:])
"""


class OverlaidTarget(LocalTarget):
    """An interpreter of this machine, started with some variables set or taken away, bound to fewer CPUs, in another folder."""

    def __init__(
        self, address: Address, deadline: Deadline, variables: dict[str, str | None], cpus: int, folder: Path | None = None
    ) -> None:
        super().__init__(address, deadline)
        taken = [word for name, value in variables.items() if value is None for word in ("-u", name)]
        self.before = ["env", *taken, *(f"{name}={value}" for name, value in variables.items() if value is not None)]
        own = [sys.executable, "-I", "-S", "-c"]
        self.before += [*own, BOUND, str(cpus)] if cpus else []
        self.before += [*own, ELSEWHERE, str(folder)] if folder else []

    def run(self, argv: Sequence[str], stdin: bytes, timeout_s: float, limit_bytes: int) -> Completed:
        """Run a program as the user who runs envprobe."""
        return process.run([*self.before, *argv], stdin, timeout_s, limit_bytes, safe_path.added(os.environ))
