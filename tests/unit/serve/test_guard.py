"""Who may read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envprobe.serve.guard import Guard, guard_for, is_loopback


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8765", "127.0.0.1", "127.0.0.1:1", "[::1]:8765"])
def test_this_machine_under_its_own_names(host: str) -> None:
    """A browser here reaches the page, also through a forwarded port."""
    assert guard_for("127.0.0.1", "127.0.0.1", "box", asks_token=False).knows(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.nip.io",
        "10.0.0.1",
        "box",
        "localhost:",
        "localhost:80:80",
        "::1",
        "user@localhost",
        "localhost/",
        "localhost\n",
        "[localhost]",
        "[::1",
    ],
)
def test_another_name_is_refused(host: str) -> None:
    """A page elsewhere whose name was made to point here (DNS rebinding) reads nothing."""
    assert not guard_for("127.0.0.1", "127.0.0.1", "box", asks_token=False).knows(host)


def test_beyond_this_machine() -> None:
    """On a network it answers under its name and any address, and only with a token."""
    guard = guard_for("0.0.0.0", "0.0.0.0", "Box", asks_token=False)
    assert all(guard.knows(host) for host in ("box:8765", "192.168.1.7:8765", "localhost", "[fe80::1]:80"))
    assert not guard.knows("evil.example")
    assert len(guard.token) >= 43 and guard.session != guard.token
    assert not guard.admits({})


def test_a_token_on_this_machine_where_it_is_asked_for() -> None:
    """Where others have accounts, loopback alone keeps nobody out."""
    assert guard_for("127.0.0.1", "127.0.0.1", "box", asks_token=False).admits({})
    guard = guard_for("127.0.0.1", "127.0.0.1", "box", asks_token=True)
    assert not guard.admits({})
    assert guard.accepts_token(guard.token)
    assert guard.admits({guard.cookie: guard.session})
    assert not guard.admits({guard.cookie: guard.token}), "the token is no session"


def test_no_token_is_never_the_right_one() -> None:
    """A server without a token gives nobody a session."""
    assert not Guard().accepts_token("")


@given(st.text())
def test_anything_else_is_refused(text: str) -> None:
    """No other text is the token, is a session, or names this machine by breaking the header apart."""
    guard = guard_for("127.0.0.1", "127.0.0.1", "box", asks_token=True)
    assert not guard.accepts_token(text)
    assert not guard.admits({guard.cookie: text})
    assert not guard.knows(f"{text}.example")


def test_it_is_the_address_that_decides() -> None:
    """A name that is thought to be this machine's alone, and is not, asks for a token; one that is needs none."""
    assert guard_for("localhost", "192.168.1.7", "box", asks_token=False).token
    guard = guard_for("box", "127.0.1.1", "box", asks_token=False)
    assert guard.knows("box:8765") and not guard.token


@pytest.mark.parametrize(
    ("address", "is_local"),
    [("127.8.8.8", True), ("::1", True), ("0.0.0.0", False), ("::", False), ("192.168.1.7", False), ("127.0.0.1.nip.io", False)],
)
def test_what_counts_as_this_machine(address: str, is_local: bool) -> None:
    """Listening on every address is listening to everybody."""
    assert is_loopback(address) is is_local
