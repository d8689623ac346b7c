"""Containers and scripted Pythons for the real target tests."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from envprobe.error import EnvprobeError
from envprobe.fingerprint import Fingerprint
from envprobe.probing.collect import Options, collect

QUICK = Options(benchmark="off", integrity=False, timeout_s=60)
REPOSITORY = Path(__file__).parents[2]


def docker(*arguments: str, check: bool = True, host: str = "") -> str:
    """Run the docker client and return its stdout."""
    command = ["docker", *(["--host", host] if host else []), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    if check and done.returncode:
        raise AssertionError(f"{' '.join(command)}: {done.stderr}")
    return done.stdout.strip()


@contextmanager
def container(image: str, *options: str, command: Sequence[str] = ("sleep", "infinity"), verb: str = "run") -> Iterator[str]:
    """Yield the name of a container that is removed afterwards, whatever became of it."""
    name = f"envprobe-test-{secrets.token_hex(4)}"
    try:
        docker(verb, *(["-d"] if verb == "run" else []), "--name", name, *options, image, *command)
        yield name
    finally:
        docker("rm", "-f", "-v", name, check=False)


class ScriptedPython:
    """A folder with a `python3` that is a shell script, to be mounted in front of a container's own.

    One that announces its start waits until the test has heard of it. Without its `site` (-S), Python is sound.
    """

    def __init__(self, folder: Path, script: str, *, announces: bool = False) -> None:
        self._begun = folder / "begun"
        os.mkfifo(self._begun)
        python = folder / "python3"
        announcement = "echo begun > /scripted/begun\n" if announces else ""
        sound = 'case "$1 $2" in "-S "*|"-I -S") exec /usr/bin/python3 "$@";; esac\n'
        python.write_text(f"#!/bin/sh\n{sound}{announcement}{script}\n")
        python.chmod(0o755)
        folder.chmod(0o755)
        self.options = ("-v", f"{folder}:/scripted", "-e", "PATH=/scripted:/usr/bin:/bin")

    def wait_until_begun(self) -> None:
        """Return when the script runs in the container."""
        self._begun.read_text()


class Collecting:
    """`collect` in a thread, so that a test can do something to its target meanwhile."""

    def __init__(self, reference: str, options: Options = QUICK) -> None:
        self._outcome: Fingerprint | BaseException | None = None
        self._thread = threading.Thread(target=self._collect, args=(reference, options))
        self._thread.start()

    def _collect(self, reference: str, options: Options) -> None:
        try:
            self._outcome = collect(reference, options)
        except BaseException as error:  # noqa: BLE001 - the test looks at it
            self._outcome = error

    def error(self) -> EnvprobeError:
        """Wait for the end and return the error that it ended with."""
        self._thread.join()
        assert isinstance(self._outcome, EnvprobeError), self._outcome
        return self._outcome


def collecting_process(reference: str, timeout_s: float = 60) -> subprocess.Popen[str]:
    """Start `collect` in a process of its own, to be sent signals."""
    program = (
        "import sys; from envprobe.probing.collect import Options, collect;"
        f"collect(sys.argv[1], Options(benchmark='off', timeout_s={timeout_s}))"
    )
    return subprocess.Popen([sys.executable, "-c", program, reference], cwd=REPOSITORY, stderr=subprocess.PIPE, text=True)


def processes_in(name: str) -> list[str]:
    """Return the command lines of a container's processes, as the engine's machine sees them."""
    lines = docker("top", name, "-eo", "pid,args", check=False).splitlines()[1:]
    return [line.split(None, 1)[1] for line in lines]
