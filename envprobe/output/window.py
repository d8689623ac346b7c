"""A part of an open file as a stream of its own."""

from __future__ import annotations

import io
from typing import IO


class Window(io.RawIOBase):
    """The next bytes of a stream, and no more; closing it closes the stream."""

    def __init__(self, stream: IO[bytes], size_bytes: int) -> None:
        self.stream = stream
        self.left = size_bytes
        self.start = stream.tell()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        room = memoryview(buffer)[: self.left]  # type: ignore[arg-type]
        count: int = self.stream.readinto(room)  # type: ignore[attr-defined]
        self.left -= count
        return count

    def tell(self) -> int:
        return self.stream.tell() - self.start

    def close(self) -> None:
        if not self.closed:
            self.stream.close()
        super().close()
