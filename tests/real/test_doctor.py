"""`envprobe doctor` of what an engine has."""

from __future__ import annotations

import subprocess
import uuid
from collections.abc import Iterator

import pytest

from envprobe.audit.report import AuditVerdict
from envprobe.audit.settings import AuditSettings
from envprobe.command.audit import doctor
from tests.support.engine import require_engine, tiny_image

pytestmark = pytest.mark.real


@pytest.fixture
def container() -> Iterator[str]:
    """A container with the engine's socket, a secret and a port for everybody; it is made, and never started."""
    require_engine()
    name = f"envprobe-test-{uuid.uuid4().hex[:8]}"
    options = ["-v", "/var/run/docker.sock:/var/run/docker.sock", "-e", "HF_TOKEN=hf_abcdefghijklmnop0123456789", "--user", "0"]
    command = ["docker", "create", "--name", name, "-p", "8888:8888", *options, tiny_image(), "jupyter", "lab", "--ip=0.0.0.0"]
    subprocess.run(command, check=True, capture_output=True)
    yield name
    subprocess.run(["docker", "rm", "-f", name], check=True, capture_output=True)


def test_a_container_is_audited_as_it_is(container: str) -> None:
    """What an engine was asked for is found, without the secret's value."""
    report = doctor([f"docker://{container}"], settings=AuditSettings())
    above = {one.rule for one in report.findings if one.severity != "note"}
    assert {"docker.sock", "secret.in-file", "jupyter.bind", "data.mount", "user.root"} <= above
    assert "abcdefghijklmnop" not in str(report)


def test_what_is_not_there_is_said() -> None:
    """A container that does not exist is no clean one."""
    require_engine()
    report = doctor(["docker://envprobe-test-none", f"image://{tiny_image()}"], settings=AuditSettings())
    assert report.verdict is AuditVerdict.UNDETERMINED
    assert "no such container; docker ps -a" in report.unread[0].reason
    assert report.files == (f"image://{tiny_image()}",)
