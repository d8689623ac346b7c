"""`podman://` and `podman+image://` on a real Podman."""

from __future__ import annotations

import secrets
import subprocess
from collections.abc import Iterator

import pytest

from envprobe.error import ProbeError, TargetError
from envprobe.fact import Known
from envprobe.probing.collect import Options, collect
from envprobe.targets.opening import open_target
from tests.real.guest import QUICK

pytestmark = pytest.mark.real


def podman(*arguments: str) -> str:
    return subprocess.run(["podman", *arguments], capture_output=True, text=True, check=True, timeout=120).stdout.strip()


@pytest.fixture
def image(podman_image) -> str:
    return podman_image


@pytest.fixture
def trainer(podman_image) -> Iterator[str]:
    """A running container."""
    name = f"envprobe-test-{secrets.token_hex(4)}"
    podman("run", "-d", "--name", name, podman_image, "sleep", "infinity")
    yield name
    podman("rm", "-f", "-t", "0", "-i", name)


def test_a_container_is_what_its_image_is(image, trainer):
    """Without any socket set up, a container and its image are probed, and are equal."""
    observed = collect(f"podman://{trainer}", QUICK)
    expected = collect(f"podman+image://{image}", QUICK)
    assert observed.get("python.version") == Known("3.9.2")
    assert observed.get("image.id") == expected.get("image.id")
    assert observed.sections == expected.sections


def test_an_image_has_the_same_id_in_docker_and_podman(image):
    """One image is one image, whichever engine holds it."""
    assert collect(f"podman+image://{image}", QUICK).get("image.id") == collect(f"image://{image}", QUICK).get("image.id")


def test_what_was_changed_in_a_container_is_seen(trainer):
    """Podman's containers tell their changes as Docker's do."""
    podman("exec", trainer, "sh", "-c", "echo '# patched' >> /usr/lib/python3.9/abc.py; echo 1 > /tmp/x")
    assert collect(f"podman://{trainer}", QUICK).get("container.changes") == Known(["changed /usr/lib/python3.9/abc.py"])


@pytest.mark.parametrize("scheme", ["podman", "podman+image"])
def test_stdin_and_output_pass_each_other(image, trainer, scheme):
    """Megabytes in and out at once do not wait for each other."""
    program = "import sys; d = sys.stdin.buffer.read(); sys.stdout.buffer.write(d[::-1]); sys.exit(7)"
    data = b"abc" * (1 << 20)
    with open_target(f"{scheme}://{trainer if scheme == 'podman' else image}") as target:
        completed = target.run(["python3", "-c", program], data, 60, 1 << 30)
    assert (completed.returncode, completed.stdout) == (7, data[::-1])


def test_faults_are_told_in_podmans_words(image, trainer):
    """What is missing or stopped is told with the podman command that helps."""
    for reference, hint in (("podman://nobody", "podman ps -a"), ("podman+image://nobody:1", "podman pull nobody:1")):
        with pytest.raises(TargetError) as caught:
            collect(reference, QUICK)
        assert hint in caught.value.hint
    podman("stop", "-t", "0", trainer)
    with pytest.raises(TargetError, match="is stopped") as caught:
        collect(f"podman://{trainer}", QUICK)
    assert f"podman start {trainer}" in caught.value.hint
    assert "podman+image://" in caught.value.hint


@pytest.mark.parametrize("scheme", ["podman", "podman+image"])
def test_no_such_program_is_told(image, trainer, scheme):
    """A program that is not there is told from other trouble."""
    from envprobe.targets.protocol import NoProgram

    with open_target(f"{scheme}://{trainer if scheme == 'podman' else image}") as target, pytest.raises(NoProgram):
        target.run(["no-such-program"], b"", 30, 1000)


HANGING = """mkdir -p /usr/local/bin; cd /usr/local/bin; cat > python3 <<'END'; chmod 755 python3
#!/bin/sh
case "$1 $2" in "-S "*|"-I -S") exec /usr/bin/python3 "$@";; esac
exec sleep 1000
END
"""


def test_a_hanging_probe_leaves_nothing(trainer):
    """At the time limit the program in the container is ended."""
    podman("exec", trainer, "sh", "-ec", HANGING)
    with pytest.raises(ProbeError, match="no answer in time"):
        collect(f"podman://{trainer}", Options(benchmark="off", timeout_s=2))
    assert podman("top", trainer, "args").splitlines()[1:] == ["sleep infinity"]


def test_no_podman_is_said(monkeypatch, tmp_path):
    """Without podman and without a socket, that is said."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with pytest.raises(TargetError, match="no podman on this machine"):
        collect("podman://trainer", QUICK)
