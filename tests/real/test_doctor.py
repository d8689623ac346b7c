"""`envprobe doctor` of what an engine has."""

from __future__ import annotations

import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

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


def test_check_mentions_what_doctor_says_of_a_difference(tmp_path: Path) -> None:
    """One line on stderr names the rule that a differing fact breaks; a difference that no rule speaks of has none."""
    require_engine()
    names = [f"envprobe-test-{uuid.uuid4().hex[:8]}" for _ in range(2)]
    try:
        for name, options in zip(names, ((), ("--cap-add", "SYS_ADMIN")), strict=True):
            subprocess.run(
                ["docker", "run", "-d", "--name", name, *options, tiny_image(), "sleep", "600"], check=True, capture_output=True
            )
        envprobe = [sys.executable, "-m", "envprobe"]
        leaving = ["--no-benchmark", "--no-integrity"]
        subprocess.run([*envprobe, "record", f"docker://{names[0]}", "--name", "std", *leaving], cwd=tmp_path, check=True)
        words = [*envprobe, "check", f"docker://{names[1]}", "--baseline", "std", "--strict", *leaving]
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 1 and "envprobe: doctor: privilege" in done.stderr, done.stderr
        assert f"envprobe doctor docker://{names[1]}" in done.stderr and "doctor" not in done.stdout
    finally:
        subprocess.run(["docker", "rm", "-f", *names], capture_output=True)
