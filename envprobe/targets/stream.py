"""Talk to a program over the one socket that the Engine hands out: stdin goes in, framed stdout and stderr come back.

The frames are those of the Engine API's attach endpoint: one byte for the stream, three zero bytes, four bytes of length
(big-endian), then the data.
"""

from __future__ import annotations

import io
import selectors
import socket
import ssl
import struct
import time
from contextlib import suppress
from typing import Any

from .interruption import is_called_off
from .protocol import STDERR, STDOUT, Capture

CHUNK_BYTES = 1 << 16
POLL_S = 0.5
HEADER = struct.Struct(">BxxxL")
NOT_READY = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Frames:
    """Takes the Engine's frames apart as their bytes come in, wherever the pieces are cut."""

    def __init__(self, capture: Capture) -> None:
        self._capture = capture
        self._header = bytearray()
        self._stream = STDOUT
        self._left = 0

    def feed(self, data: bytes) -> None:
        """Give the data of each frame to the capture; standard input echoed by the Engine (stream 0) counts as stdout."""
        view = memoryview(data)
        while view:
            if self._left:
                self._capture.add(self._stream, bytes(view[: self._left]))
                taken = min(self._left, len(view))
                self._left -= taken
            else:
                taken = min(HEADER.size - len(self._header), len(view))
                self._header += view[:taken]
                if len(self._header) == HEADER.size:
                    number, self._left = HEADER.unpack(self._header)
                    self._stream = STDERR if number == STDERR else STDOUT
                    self._header.clear()
            view = view[taken:]


def talk(attached: Any, stdin: bytes, capture: Capture, timeout_s: float) -> bool:
    """Write stdin, close that half, and read to the end, the output limit or the time limit. Return whether it ended.

    `attached` is what `exec_start(socket=True)` and `attach_socket` of the docker library return; it is closed here. Raises
    OSError when the connection is lost.
    """
    wire: socket.socket = getattr(attached, "_sock", attached)
    frames = Frames(capture)
    try:
        wire.setblocking(False)
        frames.feed(_read_ahead(attached))
        return _exchange(wire, stdin, frames, capture, time.monotonic() + timeout_s)
    finally:
        close(attached)


def close(attached: Any) -> None:
    """Let go of a connection. The response goes first, because it flushes its own end; the socket closes with `attached`."""
    getattr(attached, "_response", attached).close()
    attached.close()


def _exchange(wire: socket.socket, stdin: bytes, frames: Frames, capture: Capture, deadline: float) -> bool:
    unsent = memoryview(stdin)
    with selectors.DefaultSelector() as selector:
        selector.register(wire, selectors.EVENT_READ | selectors.EVENT_WRITE)
        while not capture.full:
            left_s = deadline - time.monotonic()
            if left_s <= 0 or is_called_off():
                return False
            for _, ready in selector.select(min(left_s, POLL_S)):
                if ready & selectors.EVENT_WRITE:
                    unsent = _send(wire, unsent)
                    if not unsent:
                        _close_writing(wire)
                        selector.modify(wire, selectors.EVENT_READ)
                if ready & selectors.EVENT_READ and _receive(wire, frames, capture):
                    return not capture.full
    return False


def _send(wire: socket.socket, data: memoryview) -> memoryview:
    try:
        return data[wire.send(data[:CHUNK_BYTES]) :]
    except NOT_READY:
        return data
    except BrokenPipeError:  # the program ended without reading; what it said can still be read
        return data[:0]


def _receive(wire: socket.socket, frames: Frames, capture: Capture) -> bool:
    """Read all that is there; TLS may hold more than the selector sees. Return whether the stream ended."""
    while not capture.full:
        try:
            data = wire.recv(CHUNK_BYTES)
        except NOT_READY:
            return False
        if not data:
            return True
        frames.feed(data)
    return True


def _close_writing(wire: socket.socket) -> None:
    """Tell the program that its stdin is at an end.

    Python's TLS cannot close one half only (`shutdown` drops the encryption of both), so over TLS stdin stays open: a
    program that reads one line is served, one that reads to the end would wait.
    """
    if isinstance(wire, ssl.SSLSocket):
        return
    with suppress(OSError):  # the other side is gone already; reading tells how
        wire.shutdown(socket.SHUT_WR)


def _read_ahead(attached: object) -> bytes:
    """Return what http.client read behind the response's headers: a program that speaks at once would lose it."""
    response = getattr(attached, "_response", None)
    buffer = getattr(getattr(getattr(response, "raw", None), "_fp", None), "fp", None)
    if not isinstance(buffer, io.BufferedReader):
        return b""
    try:
        size = len(buffer.peek())
        return buffer.read(size) if size else b""
    except NOT_READY:
        return b""
