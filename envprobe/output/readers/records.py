"""Compare TFRecord files: records in order, tf.train.Example by its features; and MessagePack files as nested values."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import msgspec

from .. import protobuf
from ..finding import Unable, Unreadable
from ..holdings import Holdings, Nested
from ..plain import TAGGED, plain
from .document import read_bytes
from .event import records

RECORD_LIMIT = 1_000_000
FLOAT_LIST, INTEGER_LIST = 2, 3
KINDS = {1: "bytes", FLOAT_LIST: "floats", INTEGER_LIST: "integers"}
MESSAGES_LIMIT_BYTES = 256 << 20


def read(path: Path, type_name: str, stack: ExitStack) -> Holdings:
    """Return the records, or the messages, as a list."""
    if type_name == "msgpack":
        return {"": Nested(_messages(read_bytes(path, MESSAGES_LIMIT_BYTES)))}
    found = []
    for count, record in enumerate(records(path)):
        if count >= RECORD_LIMIT:
            raise Unable(f"it holds more than {RECORD_LIMIT:,} records")
        found.append(_record(record))
    return {"": Nested(found)}


def _messages(data: bytes) -> object:
    """Decode one message. Extension types are shown by their code and bytes."""
    return plain(
        msgspec.msgpack.decode(data, ext_hook=lambda code, content: {TAGGED: f"extension {code}", "hex": bytes(content).hex()})
    )


def _record(data: bytes) -> object:
    """Return the features of an Example; of anything else, its bytes."""
    try:
        ((number, features),) = protobuf.fields(data)
        entries = list(protobuf.fields(features)) if number == 1 and isinstance(features, bytes) else []
        found = dict(_feature(entry) for field, entry in entries if field == 1 and isinstance(entry, bytes))
        is_whole = bool(found) and len(found) == len(entries)
    except (Unreadable, KeyError, ValueError):
        is_whole = False
    return found if is_whole else {TAGGED: "bytes", "hex": data.hex()}


def _feature(entry: bytes) -> tuple[str, object]:
    """Read one entry of the map of features: tensorflow/core/example/feature.proto."""
    (key, name), (other, value) = protobuf.fields(entry)
    if (key, other) != (1, 2) or not isinstance(name, bytes) or not isinstance(value, bytes):
        raise Unreadable("it is no feature")
    if not value:
        return name.decode("utf-8"), []
    ((kind, content),) = protobuf.fields(value)
    if not isinstance(content, bytes):
        raise Unreadable("it is no list")
    return name.decode("utf-8"), {KINDS[kind]: list(_items(kind, content))}


def _items(kind: int, content: bytes) -> Iterator[object]:
    for number, item in protobuf.fields(content):
        if number != 1 or kind not in KINDS:
            raise Unreadable("it is no list of a feature")
        if kind == FLOAT_LIST and isinstance(item, bytes):
            yield from (value for (value,) in struct.iter_unpack("<f", item))
        elif kind == INTEGER_LIST:
            yield from _integers(item)
        elif isinstance(item, bytes):
            yield item.decode("utf-8") if item.isascii() else {TAGGED: "bytes", "hex": item.hex()}


def _integers(item: int | bytes) -> Iterator[int]:
    place = 0
    if isinstance(item, int):
        yield protobuf.integer({1: item}, 1)
        return
    while place < len(item):
        number, place = protobuf.read_varint(item, place)
        yield protobuf.integer({1: number & 0xFFFF_FFFF_FFFF_FFFF}, 1)
