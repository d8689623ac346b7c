"""The server's connections: taken whenever one comes, and the oldest that asks for nothing yet makes room."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

CONNECTIONS = 100


class Server(TcpWSGIServer):  # type: ignore[misc]  # waitress has no types
    """waitress stops to listen when its connections are all taken: a hundred half requests kept every reader out."""

    def __init__(self, application: WSGIApplication, listening: socket.socket, threads: int, **settings: object) -> None:
        dispatcher = ThreadedTaskDispatcher()
        dispatcher.set_thread_count(threads)
        super().__init__(
            application,
            _sock=listening,
            dispatcher=dispatcher,
            adj=Adjustments(threads=threads, connection_limit=4 * CONNECTIONS, **settings),
            sockinfo=(listening.family, listening.type, listening.proto, listening.getsockname()),
            bind_socket=False,
        )

    def handle_accept(self) -> None:
        """Take a connection; of too many close the oldest that has not asked for anything, else the oldest."""
        super().handle_accept()
        open_ones = [channel for channel in self.active_channels.values() if not channel.will_close]
        if len(open_ones) > CONNECTIONS:
            oldest = min(open_ones, key=lambda channel: (bool(channel.requests), channel.creation_time))
            oldest.will_close = True
