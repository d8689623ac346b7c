"""Whether it is this Jupyter that answers."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator

import pytest

from envprobe.standard import answer


class _Server(http.server.BaseHTTPRequestHandler):
    """Answers as a Jupyter with the token `mine` does, or as another server."""

    open_to_all = False
    body = b'{"started": "2026"}'

    def do_GET(self) -> None:
        allowed = self.open_to_all or self.headers.get("Authorization") == "token mine"
        self.send_response(200 if allowed else 403)
        self.end_headers()
        self.wfile.write(self.body if allowed else b"")

    def log_message(self, *words: object) -> None:
        pass


@pytest.fixture(params=[(False, _Server.body), (True, _Server.body), (True, b"<html>"), (True, b"[" * 100_000)])
def server(request: pytest.FixtureRequest) -> Iterator[tuple[int, tuple[bool, bytes]]]:
    """A server on a free port."""
    kind = type("Kind", (_Server,), {"open_to_all": request.param[0], "body": request.param[1]})
    with http.server.HTTPServer(("127.0.0.1", 0), kind) as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield made.server_port, request.param
        made.shutdown()


def test_only_the_jupyter_with_this_token_is_the_one(server: tuple[int, tuple[bool, bytes]]) -> None:
    """Another token, no token at all, or another program is named as what it is."""
    number, (open_to_all, body) = server
    found = answer.jupyter("127.0.0.1", number, "mine")
    if not open_to_all:
        assert found == "yes" and answer.jupyter("127.0.0.1", number, "other") == "a Jupyter with another token"
    elif body == _Server.body:
        assert found == "a Jupyter that lets in everybody"
    else:
        assert found == "no Jupyter: HTTP status 200"
    assert not answer.sshd("127.0.0.1", number)


def test_nobody_there_is_not_yet() -> None:
    """A server that starts is waited for."""
    assert answer.jupyter("127.0.0.1", 1, "mine") == "not yet"
