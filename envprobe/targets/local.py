"""`local://`: a Python interpreter of this machine."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from ..error import TargetError
from . import process, safe_path
from .address import Address
from .deadline import Deadline
from .machine import Machine
from .protocol import Completed


class LocalTarget(Machine):
    """This interpreter (`local://`), one by path or virtual environment (`local:///opt/venv`), or one on PATH."""

    def __init__(self, address: Address, deadline: Deadline) -> None:
        super().__init__(address, deadline)
        self._place = address.place
        self.pythons: tuple[str, ...] = (sys.executable,)

    def run(self, argv: Sequence[str], stdin: bytes, timeout_s: float, limit_bytes: int) -> Completed:
        """Run a program as the user who runs envprobe."""
        return process.run(argv, stdin, timeout_s, limit_bytes, safe_path.added(os.environ))

    def __enter__(self) -> LocalTarget:
        if self._place:
            self.pythons = (self._find(self._place),)
        elif not sys.executable:  # embedded in another program
            raise TargetError(f"{self.reference}: this interpreter has no path", "name one: local:///usr/bin/python3")
        return self

    def _find(self, place: str) -> str:
        if "/" not in place:
            found = shutil.which(place)
            if found is None:
                here = f"./{place}" if Path(place).exists() else "/path/to/python3"
                raise TargetError(f"{self.reference}: no {place} on PATH", f"name it by its path: local://{here}")
            return found
        path = Path(place).expanduser()
        if path.is_dir():
            path = path / "bin" / "python"
        if not path.is_file():
            raise TargetError(f"{self.reference}: there is no {path}", "name an interpreter, or a virtual environment's folder")
        if not os.access(path, os.X_OK):
            raise TargetError(f"{self.reference}: {path} is not executable", f"chmod +x {path}, or name another interpreter")
        return str(path.absolute())
