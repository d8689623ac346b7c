"""The socket and the threads behind the page."""

from __future__ import annotations

import errno
import logging
import socket
from typing import TYPE_CHECKING, NoReturn

from ..error import UsageError

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

THREADS = 4
IDLE_S = 60
REQUEST_LIMIT_BYTES = 64 << 10


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 picks a free one. Raises UsageError that says what to try instead."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family)
    except OSError as error:
        hints = {
            errno.EADDRINUSE: "another program listens there; name another with --port, or let --port 0 pick one",
            errno.EACCES: "ports below 1024 are root's; name another with --port",
        }
        hint = hints.get(error.errno or 0, "--host takes a name or an address of this machine, such as 127.0.0.1")
        raise UsageError(f"{host}:{port}: cannot be listened on: {error.strerror}", hint) from error


def machine_name() -> str:
    """Return the name under which this machine may be reached."""
    return socket.gethostname()


def url_of(host: str, address: str, port: int) -> str:
    """Return where a server is reached that was asked to listen on `host`; on every address, by this machine's name."""
    name = machine_name() if address in ("0.0.0.0", "::") else host  # noqa: S104 - asked for what was bound
    return f"http://{f'[{name}]' if ':' in name else name}:{port}/"


def serve(application: WSGIApplication, listening: socket.socket) -> NoReturn:
    """Answer until Ctrl-C, and raise KeyboardInterrupt then, when what was being answered has ended."""
    from .connections import Server

    logging.getLogger("waitress").setLevel(logging.ERROR)  # "Task queue depth is 1" is no news to a reader
    server = Server(
        application,
        listening,
        THREADS,
        channel_timeout=IDLE_S,
        max_request_header_size=REQUEST_LIMIT_BYTES,
        max_request_body_size=REQUEST_LIMIT_BYTES,
        ident=None,
    )
    server.run()  # returns where it was interrupted
    raise KeyboardInterrupt
