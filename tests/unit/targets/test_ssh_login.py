"""The ssh client's command line, and its words turned into errors."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envprobe.error import UsageError
from envprobe.targets.login import read_login
from envprobe.targets.opening import open_target
from envprobe.targets.ssh import ssh_command, ssh_failure


@pytest.mark.parametrize(
    ("place", "account", "port", "path"),
    [
        ("lab", "lab", [], ""),
        ("ann@lab", "ann@lab", [], ""),
        ("ann@lab:2222", "ann@lab", ["-p", "2222"], ""),
        ("lab/opt/venv/bin/python", "lab", [], "/opt/venv/bin/python"),
        ("ann@[fe80::1%eth0]:22/usr/bin/python3", "ann@fe80::1%eth0", ["-p", "22"], "/usr/bin/python3"),
    ],
)
def test_an_account_is_called_as_ssh_wants_it(place, account, port, path):
    """User, host, port and path are told apart, and ssh can neither ask nor mistake the host for an option."""
    login = read_login(place, f"ssh://{place}")
    command = ssh_command(login)
    assert command[-2:] == ["--", account]
    assert "BatchMode=yes" in command
    assert [word for word in command if word in ("-p", "2222", "22")] == port
    assert login.path == path


@given(st.text(max_size=20))
def test_no_place_becomes_an_option(place):
    """Whatever stands after `ssh://`, ssh never reads it as an option."""
    try:
        command = ssh_command(read_login(place, "ssh://…"))
    except UsageError:
        return
    assert command.index("--") == len(command) - 2
    assert not command[-1].startswith("-")


@pytest.mark.parametrize(
    ("words", "next_step"),
    [
        (b"Host key verification failed.", "connect once by hand to accept the host's key: ssh -p 22 ann@lab"),
        (b"ann@lab: Permission denied (publickey).", "ssh-add"),
        (b"ssh: Could not resolve hostname lab: Name or service not known", "~/.ssh/config"),
        (b"ssh: connect to host lab port 22: Connection refused", "sshd"),
        (b"ssh: connect to host lab port 22: Connection timed out", "reachable"),
        (b"kex_exchange_identification: read: reset", "try by hand: ssh -p 22 ann@lab"),
        (b"", "try by hand"),
    ],
)
def test_sshs_words_become_a_next_step(words, next_step):
    """Why a connection failed is said in ssh's words, with what to do."""
    error = ssh_failure(read_login("ann@lab:22", ""), "ssh://ann@lab:22", b"Warning: something\n" + words)
    assert error.message.startswith("ssh://ann@lab:22: cannot connect")
    assert next_step in error.hint


def test_the_python_that_was_named_is_the_only_one():
    """`ssh://host/path` asks that interpreter, `ssh://host` the one that is there."""
    assert open_target("ssh://lab/opt/py").pythons == ("/opt/py",)
    assert open_target("ssh://lab").pythons == ("python3", "python")
