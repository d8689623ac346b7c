"""`ssh://`, and an engine behind ssh, through a real sshd on this machine's loopback."""

from __future__ import annotations

import os
import signal
import socket
import sys

import pytest

from envprobe.error import ProbeError, TargetError
from envprobe.fact import Known
from envprobe.probing.collect import Options, collect
from envprobe.targets.opening import open_target
from tests.real.guest import QUICK, container
from tests.support.engine import tiny_image

pytestmark = pytest.mark.real


def test_a_python_behind_ssh_answers(account):
    """The interpreter that was named is asked, on the other side."""
    fingerprint = collect(f"ssh://{account}{sys.executable}", QUICK)
    assert fingerprint.get("python.version") == Known(".".join(map(str, sys.version_info[:3])))
    assert not {"image", "container"} & set(fingerprint.sections)


def test_words_reach_the_other_side_as_they_are(account):
    """ssh joins words with spaces for a remote shell; quotes, dollars and semicolons arrive all the same."""
    odd = "a b 'c' \"d\" $HOME; echo e | f * \\ \n g"
    with open_target(f"ssh://{account}") as target:
        completed = target.run([sys.executable, "-c", "import sys; print(sys.argv[1], end='')", odd], b"", 30, 1000)
    assert completed.stdout.decode() == odd


def test_stdin_and_output_pass_each_other(account):
    """Megabytes in and out at once do not wait for each other."""
    data = os.urandom(3 << 20)
    with open_target(f"ssh://{account}") as target:
        completed = target.run(["cat"], data, 60, 1 << 30)
    assert (completed.returncode, completed.stdout) == (0, data)


def test_no_python_there_is_said(account):
    """An interpreter that is not there is named."""
    with pytest.raises(TargetError, match="/nowhere/python3"):
        collect(f"ssh://{account}/nowhere/python3", QUICK)


def test_a_hanging_python_there_is_left_at_the_time_limit(account, tmp_path):
    """A remote guest that hangs ends at the time limit."""
    (tmp_path / "python3").write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec sleep 1000\n")
    (tmp_path / "python3").chmod(0o755)
    try:
        with pytest.raises(ProbeError, match="no answer in time"):
            collect(f"ssh://{account}{tmp_path}/python3", Options(benchmark="off", timeout_s=2))
    finally:
        os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)  # nobody reaches over there; the probe ends itself


def test_an_unknown_host_key_is_said(account, monkeypatch, tmp_path):
    """A host whose key is not known is neither trusted nor asked about."""
    monkeypatch.setenv("KNOWN_HOSTS", str(tmp_path / "none"))
    with pytest.raises(TargetError, match="cannot connect: Host key verification failed") as caught:
        collect(f"ssh://{account}", QUICK)
    assert "accept the host's key" in caught.value.hint


def test_a_key_that_is_not_accepted_is_said(account):
    """A login that would need a password is refused at once."""
    with pytest.raises(TargetError, match="Permission denied") as caught:
        collect(f"ssh://nobody@{account.partition('@')[2]}", QUICK)
    assert "ssh-add" in caught.value.hint


def test_a_closed_port_is_said():
    """Where no sshd listens, that is said."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        with pytest.raises(TargetError, match="Connection refused"):
            collect(f"ssh://127.0.0.1:{free.getsockname()[1]}", QUICK)


@pytest.mark.parametrize("path", ["", "/var/run/docker.sock"])
def test_an_engine_behind_ssh_serves(account, monkeypatch, path):
    """DOCKER_HOST=ssh://… reaches containers and images there, over one connection."""
    image = tiny_image()
    with container(image) as name:
        monkeypatch.setenv("DOCKER_HOST", f"ssh://{account}{path}")
        observed = collect(f"docker://{name}", QUICK)
        expected = collect(f"image://{image}", QUICK)
        monkeypatch.delenv("DOCKER_HOST")
    assert observed.sections == expected.sections


def test_an_engine_behind_ssh_that_is_not_there_is_said(account, monkeypatch):
    """A remote engine's missing socket, and a host that refuses, are told with the host."""
    monkeypatch.setenv("DOCKER_HOST", f"ssh://{account}/nowhere/docker.sock")
    with pytest.raises(TargetError, match="no engine at") as caught:
        collect("docker://trainer", QUICK)
    assert "/nowhere/docker.sock" in caught.value.message
    monkeypatch.setenv("DOCKER_HOST", f"ssh://nobody@{account.partition('@')[2]}")
    with pytest.raises(TargetError, match="Permission denied"):
        collect("docker://trainer", QUICK)
