"""TensorBoard event files: one event more, whose text the Text tab shows and whose record no plugin renders.

Source: tensorflow/core/lib/io/record_writer.h for the frames, event.proto, summary.proto and tensor.proto for what is in them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from ..output import checksum, protobuf
from ..output.finding import Unreadable
from .carried import AGAIN, Carried, damaged
from .markdown import look, shown

TEXT_TAG, RECORD_TAG = "envprobe", "envprobe/record"
TEXT_PLUGIN, RECORD_PLUGIN = "text", "envprobe"
DT_STRING, DATA_CLASS_TENSOR = 7, 2
HEADER_BYTES, FOOTER_BYTES = 12, 4
MOMENT_BYTES = 9
"""An event's wall time, which stands first in it: field 1, a double."""
MOMENT = b"\x09"
"""The tag of that field."""
BEGINNING_BYTES = HEADER_BYTES + MOMENT_BYTES
"""As much of a file as says when it was begun."""
WRITING = "a program may still be writing it: wait for it to end, or take the original"
JOINED = "two files were joined: take the originals"
VERSION = b"brain.Event:2"


class Frame(NamedTuple):
    """One record of the file, by its place."""

    start: int
    end: int

    def data(self, report: bytes) -> bytes:
        """Return the event."""
        return report[self.start + HEADER_BYTES : self.end - FOOTER_BYTES]


def put(report: bytes, record: Carried, where: str) -> bytes:
    """Return the file with the event at its end, or in place of the one that is there. Raises DocumentError."""
    frames = list(_frames(report, where))
    place = _ours(report, frames, where)
    like = place or (frames[-1] if frames else None)
    written = _frame(_event(record, _moment(like.data(report), where) if like else bytes(8)))
    return report[: place.start] + written + report[place.end :] if place else report + written


def empty(beginning: bytes) -> bytes:
    """Return a file without any value, of the time at which another one, of which this is the beginning, was begun."""
    event = beginning[HEADER_BYTES : HEADER_BYTES + MOMENT_BYTES]
    moment = event[1:] if event[:1] == MOMENT and len(event) == MOMENT_BYTES else bytes(8)
    return _frame(MOMENT + moment + _bytes(3, VERSION))


def find(report: bytes, where: str) -> Carried | None:
    """Return the file's record, None where there is none. Raises DocumentError."""
    place = _ours(report, list(_frames(report, where)), where)
    if place is None:
        return None
    texts = dict(_texts(place.data(report)))
    seen = texts.get(TEXT_TAG, "")
    view = look(seen)
    found = Carried(line=view.line, metrics=view.metrics, packed=texts[RECORD_TAG])
    written = _frame(_event(found, _moment(place.data(report), where)))  # nothing that shows events writes them anew
    return msgspec.structs.replace(found, edited=report[slice(*place)] != written)


def _frames(report: bytes, where: str) -> Iterator[Frame]:
    place = 0
    while place < len(report):
        end = place + HEADER_BYTES + int.from_bytes(report[place : place + 8], "little") + FOOTER_BYTES
        if end > len(report):
            raise damaged(where, f"not a TensorBoard event file, or cut off: no whole event at byte {place:,}", WRITING)
        yield Frame(place, end)
        place = end


def _ours(report: bytes, frames: list[Frame], where: str) -> Frame | None:
    """Return the frame that holds a record. Raises DocumentError for two, or for one that cannot be read."""
    tag = RECORD_TAG.encode()
    try:
        ours = [frame for frame in frames if report.find(tag, *frame) >= 0 and RECORD_TAG in dict(_texts(frame.data(report)))]
    except (Unreadable, UnicodeDecodeError):
        raise damaged(where, "an event that names an envprobe record is damaged", AGAIN) from None
    if len(ours) > 1:
        raise damaged(where, "two envprobe records in one report: which one counts is unknown", JOINED)
    return ours[0] if ours else None


def _moment(event: bytes, where: str) -> bytes:
    """Return an event's wall time as it is written, so that attaching again changes nothing."""
    try:
        return protobuf.binary(protobuf.message(event), 1) or bytes(8)
    except Unreadable:
        raise damaged(where, "its last event is damaged", WRITING) from None


def _texts(event: bytes) -> Iterator[tuple[str, str]]:
    """Yield tag and text of each value of an event that is a text."""
    for number, value in protobuf.fields(protobuf.binary(protobuf.message(event), 5)):
        if number == 1 and isinstance(value, bytes):
            members = protobuf.message(value)
            text = protobuf.binary(protobuf.message(protobuf.binary(members, 8)), 8)
            yield protobuf.binary(members, 1).decode("utf-8"), text.decode("utf-8")


def _event(record: Carried, moment: bytes) -> bytes:
    summary = _value(TEXT_TAG, TEXT_PLUGIN, "\n".join(shown(record))) + _value(RECORD_TAG, RECORD_PLUGIN, record.packed)
    return MOMENT + moment + _bytes(5, summary)


def _value(tag: str, plugin: str, text: str) -> bytes:
    metadata = _bytes(1, _bytes(1, plugin.encode())) + _number(4, DATA_CLASS_TENSOR)
    shape = _bytes(2, _number(1, 1))
    tensor = _number(1, DT_STRING) + _bytes(2, shape) + _bytes(8, text.encode())
    return _bytes(1, _bytes(1, tag.encode()) + _bytes(8, tensor) + _bytes(9, metadata))


def _frame(data: bytes) -> bytes:
    length = len(data).to_bytes(8, "little")
    return length + checksum.mask(length) + data + checksum.mask(data)


def _bytes(number: int, data: bytes) -> bytes:
    return _varint(number << 3 | protobuf.BYTES) + _varint(len(data)) + data


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3 | protobuf.VARINT) + _varint(value)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
