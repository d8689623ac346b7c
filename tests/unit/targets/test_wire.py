"""The Engine API straight over a socket: plain success alone counts, all else is the library's."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from envprobe.targets.deadline import Deadline
from envprobe.targets.wire import EarlyClient

OK = b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n"


class Library:
    """Stands for the docker library's client: says that it was asked."""

    def __getattr__(self, name: str) -> Any:
        return lambda *arguments, **options: (name, arguments, options)


@contextmanager
def library() -> Iterator[Any]:
    yield Library()


@contextmanager
def engine(folder: Path, answer: bytes) -> Iterator[tuple[EarlyClient, list[bytes]]]:
    """Yield a client of an engine that gives one answer to whoever asks, and what it was asked."""
    path, asked = folder / "engine.sock", list[bytes]()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def serve() -> None:
            wire, _ = listener.accept()
            with wire:
                asked.append(wire.recv(1 << 16))
                wire.sendall(answer)
                wire.shutdown(socket.SHUT_WR)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        with EarlyClient(str(path), Deadline(10), library) as client:
            yield client, asked
        thread.join(10)


def test_a_document_is_read_as_the_engine_gives_it(tmp_path: Path) -> None:
    """A container is asked for by its name, spelled so that no name leads to another address."""
    with engine(tmp_path, OK + b'{"Id": "a1"}') as (client, asked):
        assert client.inspect_container("../x y") == {"Id": "a1"}
    assert asked[0].startswith(b"GET /containers/..%2Fx%20y/json HTTP/1.0\r\n")


def test_nothing_changed_is_an_answer(tmp_path: Path) -> None:
    """The diff of an untouched container is null."""
    with engine(tmp_path, OK + b"null") as (client, _):
        assert client.diff("a1") is None


@pytest.mark.parametrize(
    "answer",
    [
        b'HTTP/1.0 404 Not Found\r\n\r\n{"message": "No such container"}',
        b"HTTP/1.0 500 Internal Server Error\r\n\r\n{}",
        b"HTTP/1.0 301 Moved Permanently\r\nLocation: http://elsewhere/\r\n\r\n",
        b'HTTP/1.0 200 OK\r\nContent-Length: 400\r\n\r\n{"Id": "a1"}',
        OK + b'{"Id": ',
        OK + b"[1, 2]",
        OK,
        b"HTTP/1.0 200 OK\r\nContent-",
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
        b"\r\n\r\n",
        b"",
    ],
    ids=["missing", "failed", "moved", "cut", "half", "a list", "empty", "half a head", "no HTTP", "no status", "nothing"],
)
def test_what_is_no_plain_success_is_the_librarys(answer: bytes, tmp_path: Path) -> None:
    """It knows what an engine's refusal means, and says so as before."""
    with engine(tmp_path, answer) as (client, _):
        assert client.inspect_container("a1") == ("inspect_container", ("a1",), {})


def test_a_socket_that_is_gone_is_the_librarys(tmp_path: Path) -> None:
    """So are all calls that nobody wrote here."""
    client: Any
    with EarlyClient(str(tmp_path / "none.sock"), Deadline(10), library) as client:
        assert client.inspect_image("a:b")[0] == "inspect_image"
        assert client.diff("a1")[0] == "diff"
        assert client.exec_inspect("e1")[0] == "exec_inspect"
        assert client.exec_create("a1", ["x"], stdin=True, environment={"A": "b"}) == (
            "exec_create",
            ("a1", ["x"]),
            {"stdin": True, "environment": {"A": "b"}},
        )
        assert client.exec_start("e1", socket=True) == ("exec_start", ("e1",), {"socket": True})
        assert client.get_archive("a1", "/x") == ("get_archive", ("a1", "/x"), {})
        assert client.containers(all=True) == ("containers", (), {"all": True})


def test_a_program_is_prepared_with_its_variables(tmp_path: Path) -> None:
    """The engine gets the command as a list, and both outputs apart."""
    with engine(tmp_path, b'HTTP/1.0 201 Created\r\n\r\n{"Id": "e1"}') as (client, asked):
        assert client.exec_create("a1", ["python3", "-c", "é"], stdin=True, environment={"MARK": "x=y"}) == {"Id": "e1"}
    body = asked[0].partition(b"\r\n\r\n")[2]
    assert body == (
        b'{"AttachStdin": true, "AttachStdout": true, "AttachStderr": true, '
        b'"Cmd": ["python3", "-c", "\\u00e9"], "Env": ["MARK=x=y"]}'
    )


def test_what_a_program_says_at_once_is_not_lost(tmp_path: Path) -> None:
    """Its first bytes may come with the head of the answer: they are left in the socket for whoever reads it."""
    answer = b"HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\n\r\n\1\0\0\0\0\0\0\2hi"
    with engine(tmp_path, answer) as (client, asked), client.exec_start("e1", socket=True) as wire:
        assert wire.recv(100) == b"\1\0\0\0\0\0\0\2hi"
    assert b"Upgrade: tcp\r\n" in asked[0]


def test_an_archive_comes_in_pieces(tmp_path: Path) -> None:
    """It may be larger than memory, and its path may hold anything."""
    with engine(tmp_path, b"HTTP/1.0 200 OK\r\nContent-Type: application/x-tar\r\n\r\n" + b"x" * 100_000) as (client, asked):
        assert b"".join(client.get_archive("a1", "/a b&c=d")[0]) == b"x" * 100_000
    assert asked[0].startswith(b"GET /containers/a1/archive?path=%2Fa%20b%26c%3Dd HTTP/1.0\r\n")


def test_a_program_that_cannot_be_started_is_the_librarys(tmp_path: Path) -> None:
    """The engine refuses in place of the upgrade."""
    with engine(tmp_path, b'HTTP/1.1 400 Bad Request\r\n\r\n{"message": "no such file"}') as (client, _):
        assert client.exec_start("e1", socket=True)[0] == "exec_start"
