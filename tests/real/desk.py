"""A folder from which envprobe is called, and in which what it prints is typed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from tests.real.guest import REPOSITORY

CALL = [sys.executable, "-m", "envprobe"]
QUICK = ["--no-benchmark"]


class Report(NamedTuple):
    """A check, as a script reads it."""

    status: int
    differences: list[dict[str, Any]]

    def fixes(self, *prefixes: str) -> list[str]:
        """Return what is printed, each once, against causes whose path begins so: severe in themselves, or by what follows."""
        severe = [item for item in self.differences if item["severity"] in ("fail", "warn")]
        causes = {item["because"] or item["path"] for item in severe}
        found = [item["fix"] for item in self.differences if item["path"] in causes and item["path"].startswith(prefixes)]
        return list(dict.fromkeys(found))


class Desk:
    """A folder from which envprobe is called, and in which what it prints is typed: in a shell, without a terminal."""

    def __init__(self, folder: Path, **variables: str) -> None:
        self.folder = folder
        self.environ = {**os.environ, "PYTHONPATH": str(REPOSITORY), "PIP_DISABLE_PIP_VERSION_CHECK": "1", **variables}

    def call(self, *arguments: str, status: int | None = 0) -> subprocess.CompletedProcess[str]:
        """Call envprobe."""
        done = subprocess.run([*CALL, *arguments], cwd=self.folder, env=self.environ, capture_output=True, text=True, timeout=300)
        assert status is None or done.returncode == status, done.stdout + done.stderr
        return done

    def record(self, target: str) -> str:
        """Record a target as `base`, and return what is printed to check it."""
        return self.call("record", target, "--name", "base", *QUICK).stderr.rpartition("check with: ")[2].strip()

    def check(self, target: str) -> Report:
        """Check a target against `base`."""
        done = self.call("check", target, "--baseline", "base", *QUICK, "--format", "json", status=None)
        assert done.returncode in (0, 1), done.stderr
        return Report(done.returncode, json.loads(done.stdout)["differences"])

    def type(self, *lines: str) -> str:
        """Type lines in one shell; stdin is no terminal. Return what they print."""
        script = "set -e\n" + "\n".join(lines)
        done = subprocess.run(
            ["sh", "-c", script],
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
        return done.stdout
