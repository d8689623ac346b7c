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
def engine(folder: Path, answer: bytes, opens: Any = library) -> Iterator[tuple[EarlyClient, list[bytes]]]:
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
        with EarlyClient(str(path), Deadline(10), opens) as client:
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
        assert client.containers(all=True) == ("containers", (), {"all": True, "filters": None})
        assert client.attach_socket("a1", {"stdin": 1}) == ("attach_socket", ("a1", {"stdin": 1}), {})
        assert client.wait("a1", timeout=1) == ("wait", ("a1",), {"timeout": 1})
        assert client.images() == ("images", (), {})


def test_a_container_that_may_have_been_made_is_not_asked_for_again(tmp_path: Path) -> None:
    """An engine that was lost meanwhile may have made it, and would refuse the name: that one is removed by its name instead."""
    client: Any
    with EarlyClient(str(tmp_path / "none.sock"), Deadline(10), library) as client, pytest.raises(OSError, match="No such file"):
        client.create_container_from_config({"Image": "i"}, "ours")
    with engine(tmp_path, b'HTTP/1.1 400 Bad Request\r\n\r\n{"message": "no such cpu"}') as (client, _):
        asked = client.create_container_from_config({"Image": "i"}, "ours")
    assert asked == ("create_container_from_config", ({"Image": "i"}, "ours"), {})


DONE = {
    "start": (lambda client: client.start("a1"), b"POST /containers/a1/start HTTP/1.0\r\n"),
    "removal": (
        lambda client: client.remove_container("a1", force=True, v=True),
        b"DELETE /containers/a1?force=1&v=1 HTTP/1.0\r\n",
    ),
}


@pytest.mark.parametrize("call", DONE)
@pytest.mark.parametrize(("status", "told"), [(b"204 No Content", 0), (b"409 Conflict", 1)])
def test_what_is_done_has_no_answer(call: str, status: bytes, told: int, tmp_path: Path) -> None:
    """A start and a removal are plain success without a word; a refusal is the library's to tell."""
    opened: list[Library] = []

    @contextmanager
    def opening() -> Iterator[Any]:
        opened.append(Library())
        yield opened[0]

    ask, first = DONE[call]
    with engine(tmp_path, b"HTTP/1.0 " + status + b"\r\n\r\n", opening) as (client, asked):
        ask(client)
    assert asked[0].startswith(first)
    assert len(opened) == told


def test_containers_are_listed_by_a_label(tmp_path: Path) -> None:
    """The filter is spelled as the engine reads it, and an object in place of the list is the library's."""
    with engine(tmp_path, OK + b'[{"Id": "a1"}]') as (client, asked):
        assert client.containers(all=True, filters={"label": "x.y"}) == [{"Id": "a1"}]
    assert asked[0].startswith(b"GET /containers/json?all=1&filters=%7B%22label%22%3A%20%5B%22x.y%22%5D%7D HTTP/1.0\r\n")


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
