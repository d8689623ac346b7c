"""A container's state, and the runtime's words, in sentences that say what to do."""

from __future__ import annotations

from typing import Any

import pytest

from envprobe.targets.docker import DOCKER
from envprobe.targets.podman import PODMAN
from envprobe.targets.protocol import Completed, NoProgram
from envprobe.targets.state import cut_off, not_running, not_startable, runtime_refusal


def container(status: str = "running", **state: Any) -> dict[str, Any]:
    state = {
        "Status": status,
        "Running": status == "running",
        "OOMKilled": False,
        "StartedAt": "t1",
        "Pid": 7,
        "ExitCode": 1,
        **state,
    }
    return {"Id": "c1", "Name": "/trainer", "Config": {"Image": "lab:1.0.0"}, "State": state}


def test_a_running_container_is_fine():
    """A container that runs, and still runs, has nothing to say."""
    assert not_running(container(), "docker://trainer", DOCKER) is None
    assert cut_off(container(), container(), "docker://trainer", DOCKER) is None


@pytest.mark.parametrize(
    ("status", "said", "next_step"),
    [
        ("paused", "is paused", "docker unpause trainer"),
        ("restarting", "restarting again and again (exit status 1)", "docker logs trainer"),
        ("exited", "is stopped (exit status 1)", "docker start trainer; or probe its image: image://lab:1.0.0"),
        ("created", "was never started", "docker://trainer?start=yes"),
        ("dead", "is dead", "docker rm -f trainer"),
        ("removing", "is removing", "docker rm -f trainer"),
    ],
)
def test_each_state_says_what_to_type(status, said, next_step):
    """What keeps a container from being probed is named, with the command that changes it."""
    error = not_running(container(status), "docker://trainer", DOCKER)
    assert said in error.message
    assert next_step in error.hint


def test_podmans_words_are_podmans():
    """A hint for Podman names Podman's command and scheme."""
    error = not_running(container("exited"), "podman://trainer", PODMAN)
    assert "podman start trainer" in error.hint
    assert "podman+image://lab:1.0.0" in error.hint


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (container("exited", OOMKilled=True), "ran out of memory"),
        (container("exited"), "is stopped (exit status 1), since the probe began"),
        (container("paused"), "is paused, since the probe began"),
        (container(StartedAt="t2", Pid=9), "was restarted while the probe ran"),
        ({**container(), "Id": "c2"}, "was removed"),
        (container("removing"), "was removed"),
        (None, "was removed"),
    ],
)
def test_a_container_lost_under_the_probe_is_told_how(now, said):
    """A probe that was cut off is told by what became of its container."""
    assert said in cut_off(container(), now, "docker://trainer", DOCKER).message


@pytest.mark.parametrize(
    ("words", "is_missing"),
    [
        ('OCI runtime exec failed: exec: "python3": executable file not found in $PATH: unknown', True),
        ('exec: "/opt/py": stat /opt/py: no such file or directory', True),
        ('exec: "/etc/passwd": permission denied', True),
        ("exec format error", True),
        ("resource temporarily unavailable", False),
    ],
)
def test_a_missing_program_is_told_from_other_trouble(words, is_missing):
    """Only where the program is not there is another one worth a try."""
    error = not_startable("docker://x", "python3", words)
    assert isinstance(error, NoProgram) is is_missing
    assert words.partition(":")[0] in error.message


@pytest.mark.parametrize(
    ("completed", "refused"),
    [
        (Completed(126, b"OCI runtime exec failed: no", b"", False), True),
        (Completed(127, b"", b"Error: runc: exec failed: no", False), True),
        (Completed(127, b"", b"sh: x: not found", False), False),
        (Completed(0, b"OCI runtime exec failed", b"", False), False),
    ],
)
def test_the_runtimes_refusal_is_told_from_the_programs_output(completed, refused):
    """Docker writes the refusal where stdout should be, Podman where stderr should be."""
    assert bool(runtime_refusal(completed)) is refused
