"""A project's folder in which `envprobe up` is typed, with a state folder, a port and an owner of its own."""

from __future__ import annotations

import functools
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.support.cluster import free_ports

OWNER = os.getuid() or 1000
"""Whoever runs the tests; where that is root, somebody who is not."""


class Project:
    """A folder, and what is typed in it."""

    def __init__(self, folder: Path, image: str, called: str = "my digits, v1", **settings: object) -> None:
        self.folder, self.state = folder / called, folder / "state"
        self.folder.mkdir(parents=True)
        (self.port,) = free_ports(1)
        self.configure(image=image, **settings)
        if os.getuid() == 0:
            for path in (self.folder, *self.folder.iterdir()):
                os.chown(path, OWNER, OWNER)

    def configure(self, **settings: object) -> None:
        """Write the settings."""
        rows = {"port": self.port, **settings}
        text = "\n".join(f"{name} = {_toml(value)}" for name, value in rows.items())
        (self.folder / "envprobe.toml").write_text(f"[environment]\n{text}\n")

    def environ(self, **variables: str) -> dict[str, str]:
        """Return the variables of a shell of this project."""
        return {**os.environ, "XDG_STATE_HOME": str(self.state), "COLUMNS": "120", **variables}

    def command(self, *words: str) -> list[str]:
        """Return what is typed, without the shell."""
        return [sys.executable, "-m", "envprobe", *words]

    def type(self, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Type `envprobe …` here."""
        environ = self.environ(**variables)
        return subprocess.run(
            self.command(*words),
            cwd=self.folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=280,
        )

    @functools.cached_property
    def name(self) -> str:
        """The container's name."""
        return self.type("up", "--dry-run").stdout.split()[1]

    @property
    def container(self) -> Any:
        """The engine's document about the container; None where there is none."""
        done = subprocess.run(["docker", "container", "inspect", self.name], capture_output=True, text=True)
        return json.loads(done.stdout)[0] if done.returncode == 0 else None

    @property
    def token_file(self) -> Path:
        """Where the token lies."""
        return self.state / "envprobe/environments" / self.name / "token"

    @property
    def url(self) -> str:
        """Where Jupyter is."""
        return f"http://127.0.0.1:{self.port}/"

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """Type `envprobe …` and go on."""
        nothing = subprocess.DEVNULL
        return subprocess.Popen(
            self.command(*words), cwd=self.folder, env=self.environ(), stdin=nothing, stdout=nothing, stderr=nothing
        )

    def remove(self) -> None:
        """Take the container away."""
        subprocess.run(["docker", "rm", "-f", self.name], capture_output=True)


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} = {_toml(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value)


def interrupt(process: subprocess.Popen[bytes], number: int = signal.SIGINT) -> int:
    """Send a signal and return the exit status."""
    process.send_signal(number)
    return process.wait(60)
