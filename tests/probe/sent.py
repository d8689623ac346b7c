"""The packed bundle, sent to a real interpreter as the host sends it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from envprobe.probing import bundle

NONCE = "test-nonce"


def interpreters() -> dict[str, tuple[int, ...]]:
    """Return every Python that can be found, with its (major, minor): this one, pyenv's own, and the system's."""
    found = [sys.executable, *map(str, sorted(Path.home().glob(".pyenv/versions/*/bin/python")))]
    found += filter(None, (shutil.which(f"python3.{minor}", path="/usr/bin:/usr/local/bin") for minor in range(6, 20)))
    by_file: dict[Path, str] = {}
    for python in found:
        by_file.setdefault(Path(python).resolve(), python)
    return {python: _version(python) for python in by_file.values()}


def _version(python: str) -> tuple[int, ...]:
    program = "import sys; print(sys.version.split()[0])"
    printed = subprocess.run([python, "-c", program], capture_output=True, text=True, check=True).stdout
    return tuple(map(int, printed.split(".")[:2]))


def send(
    python: str,
    *options: str,
    integrity: bool = False,
    sections: list[str] | None = None,
    request: Mapping[str, Any] | None = None,
    is_here: bool = False,
    **popen: Any,
) -> subprocess.CompletedProcess[bytes]:
    """Run the probe under an interpreter with options of its own and return what is left; other keywords go to subprocess.run."""
    asked = {"nonce": NONCE, "timeout_s": 120, "sections": sections, "integrity": integrity, "benchmark": "off"}
    line = bundle.line({**asked, "hash_key": None, "code": None, "data": [], **(request or {})}, is_here=is_here)
    return subprocess.run([python, "-B", *options, "-c", bundle.stub()], input=line, capture_output=True, timeout=120, **popen)


def answer(done: subprocess.CompletedProcess[bytes]) -> dict[str, Any]:
    """Return the answer in a process's framed output."""
    assert done.returncode == 0, done.stderr.decode()
    framed = done.stdout[done.stdout.index(f"\n{NONCE} ".encode()) + 1 :]
    head, _, rest = framed.partition(b"\n")
    return json.loads(rest[: int(head.split()[1])])
