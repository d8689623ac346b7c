"""Pixels of PNG files with 16 bits for each of several channels, of which Pillow keeps only the upper 8.

Source: the PNG specification (W3C), sections 7 and 9. Interlaced ones are refused: nothing in the field writes them.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import IO

from .array import require_numpy
from .finding import Unable, Unreadable

PNG = b"\x89PNG\r\n\x1a\n"
CHANNELS = {2: 3, 4: 2, 6: 4}
"""By colour type: RGB, grey with alpha, RGBA."""
SLOW_BYTES = 1 << 25
"""Bytes of pixels that are worked out one after another, at a microsecond each."""


def deep_pixels(start: bytes, stream: IO[bytes]) -> object:
    """Return (height, width, channels) of uint16; None for any other image. `start` is the first 33 bytes."""
    if not start.startswith(PNG) or start[24] != 16 or start[25] not in CHANNELS:
        return None
    width, height = (int.from_bytes(start[place : place + 4], "big") for place in (16, 20))
    if start[28]:
        raise Unable("it is an interlaced PNG of 16 bits")
    channels = CHANNELS[start[25]]
    place = stream.tell()
    stream.seek(len(PNG))
    data = zlib.decompressobj().decompress(b"".join(_chunks(stream)), height * (1 + width * channels * 2) + 1)
    stream.seek(place)
    if len(data) < height * (1 + width * channels * 2):
        raise Unreadable("its pixels end before the last one")
    return _unfiltered(data, width, height, channels)


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    while len(header := stream.read(8)) == 8:
        content = stream.read(int.from_bytes(header[:4], "big"))
        stream.read(4)
        if header[4:] == b"IDAT":
            yield content


def _unfiltered(data: bytes, width: int, height: int, channels: int) -> object:
    numpy = require_numpy()
    step = channels * 2
    rows = numpy.frombuffer(data, numpy.uint8)[: height * (1 + width * step)].reshape(height, 1 + width * step)
    slow = int((rows[:, 0] > 2).sum()) * width * step
    if slow > SLOW_BYTES:
        raise Unable("it is a large PNG of 16 bits")
    found = numpy.zeros((height, width * step), numpy.uint8)
    above = numpy.zeros(width * step, numpy.uint8)
    for index, row in enumerate(rows):
        kind, line = int(row[0]), row[1:]
        if kind == 1:
            line = numpy.cumsum(line.reshape(width, step), axis=0, dtype=numpy.uint8).reshape(-1)
        elif kind == 2:
            line = line + above
        elif kind in (3, 4):
            line = numpy.frombuffer(_predicted(kind, line.tobytes(), above.tobytes(), step), numpy.uint8)
        elif kind:
            raise Unreadable(f"a row has the filter {kind}")
        found[index] = above = line
    return found.reshape(-1).view(">u2").astype(numpy.uint16).reshape(height, width, channels)


def _predicted(kind: int, line: bytes, above: bytes, step: int) -> bytes:
    """Undo the filters that predict a byte from its left and upper neighbours: average (3) and Paeth (4)."""
    found = bytearray(line)
    for place in range(len(line)):
        left = found[place - step] if place >= step else 0
        up = above[place]
        if kind == 3:
            found[place] = (line[place] + (left + up) // 2) & 0xFF
            continue
        corner = above[place - step] if place >= step else 0
        guess = left + up - corner
        distances = abs(guess - left), abs(guess - up), abs(guess - corner)
        nearest = left if distances[0] <= min(distances[1:]) else up if distances[1] <= distances[2] else corner
        found[place] = (line[place] + nearest) & 0xFF
    return bytes(found)
