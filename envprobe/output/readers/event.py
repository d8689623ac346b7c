"""Compare TensorBoard event files: what was logged at which step. Wall times, host names and plugin metadata are left out.

Source: tensorflow/core/lib/io/record_writer.h, tensorflow/core/util/event.proto, summary.proto and tensor.proto. The
`tensorboard` package could read them too, but brings a web server and generated code along.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from .. import checksum, protobuf
from ..array import Array, compare_arrays, describe_array, require_numpy
from ..finding import Findings, Unable, Unreadable, spell_path
from ..summary import SHOWN_HISTORIES, NumberSeries, Summary, history, spelled
from ..tree import compare_trees

FILE_LIMIT_BYTES = 1 << 30
RECORD_LIMIT_BYTES = 64 << 20
VALUE_LIMIT = 2_000_000
FLOAT32, FLOAT64 = 1, 2
REPEATED = {FLOAT32: (5, "<f4"), FLOAT64: (6, "<f8"), 3: (7, ""), 9: (10, "")}
"""For each type of tensor, the field that holds its values where they are not in `tensor_content`, and their packing."""
CONTENT = {FLOAT32: "<f4", FLOAT64: "<f8", 3: "<i4", 9: "<i8"}
TEXT = 7


class Value(NamedTuple):
    """One logged value."""

    step: int
    dtype: str
    """A numpy type, or empty for a text."""
    shape: tuple[int, ...]
    data: bytes


def records(path: Path) -> Iterator[bytes]:
    """Yield the records of a TFRecord file. Raises Unreadable where a checksum is wrong or the last record is cut off."""
    if path.stat().st_size > FILE_LIMIT_BYTES:
        raise Unable(f"it is larger than {FILE_LIMIT_BYTES >> 30} GiB")
    with path.open("rb") as stream:
        while header := stream.read(12):
            checksum.check(header[:8], header[8:])
            length = int.from_bytes(header[:8], "little")
            if length > RECORD_LIMIT_BYTES:
                raise Unable(f"a record is larger than {RECORD_LIMIT_BYTES >> 20} MiB")
            data, masked = stream.read(length), stream.read(4)
            checksum.check(data, masked)
            yield data


def read_events(path: Path) -> dict[str, list[Value]]:
    """Return what was logged under each tag, in the order of the file."""
    found: dict[str, list[Value]] = {}
    count = 0
    for record in records(path):
        event = protobuf.message(record)
        step = protobuf.integer(event, 2)
        for data in protobuf.repeated(protobuf.binary(event, 5), 1):
            count += 1
            if count > VALUE_LIMIT:
                raise Unable(f"it holds more than {VALUE_LIMIT:,} values")
            summary = protobuf.message(data)
            tag = protobuf.binary(summary, 1).decode("utf-8")
            found.setdefault(tag, []).append(_value(step, summary, data))
        if graph := protobuf.binary(event, 4):
            found.setdefault("graph", []).append(_text(step, graph))
    return found


def _value(step: int, summary: dict[int, int | bytes], raw: bytes) -> Value:
    """Read a Summary.Value: a tensor (TensorFlow 2), a simple value (1), anything else (histogram, image, audio) as bytes."""
    if 8 in summary:
        return _tensor(step, protobuf.binary(summary, 8))
    if 2 in summary:
        return Value(step, "<f4", (), protobuf.binary(summary, 2))
    if 5 in summary:
        return _histogram(step, protobuf.binary(summary, 5))
    return _text(step, b"".join((*protobuf.repeated(raw, 4), *protobuf.repeated(raw, 6))))


def _histogram(step: int, data: bytes) -> Value:
    """Read a HistogramProto: five doubles, then limits and counts of the buckets."""
    doubles = b"".join(value for _, value in protobuf.fields(data) if isinstance(value, bytes))
    if len(doubles) % 8:
        raise Unreadable("a histogram is damaged")
    return Value(step, "<f8", (len(doubles) // 8,), doubles)


def _tensor(step: int, data: bytes) -> Value:
    tensor = protobuf.message(data)
    kind = protobuf.integer(tensor, 1)
    shape = protobuf.tensor_shape(protobuf.binary(tensor, 2))
    if kind == TEXT:
        return _text(step, b"\0".join(protobuf.repeated(data, 8)))
    if kind not in CONTENT:
        return _text(step, data)
    content = protobuf.binary(tensor, 4) or _repeated(data, kind)
    dtype = require_numpy().dtype(CONTENT[kind])
    expected_bytes = dtype.itemsize * int(require_numpy().prod(shape, dtype=float))
    if len(content) == dtype.itemsize < expected_bytes <= RECORD_LIMIT_BYTES:
        content *= expected_bytes // dtype.itemsize  # one value stands for all
    if len(content) != expected_bytes:
        raise Unreadable("a tensor's size is not that of its shape")
    return Value(step, CONTENT[kind], shape, content)


def _repeated(data: bytes, kind: int) -> bytes:
    """Return the values of a tensor that are spelled one by one, packed or not."""
    wanted, packing = REPEATED[kind]
    values = [value for number, value in protobuf.fields(data) if number == wanted]
    if packing:
        return b"".join(value for value in values if isinstance(value, bytes))
    size = 4 if kind == 3 else 8
    return b"".join(number.to_bytes(8, "little")[:size] for value in values for number in _integers(value))


def _integers(value: int | bytes) -> Iterator[int]:
    if isinstance(value, int):
        yield value
        return
    place = 0
    while place < len(value):
        number, place = protobuf.read_varint(value, place)
        yield number & 0xFFFF_FFFF_FFFF_FFFF


def _text(step: int, data: bytes) -> Value:
    return Value(step, "", (), data)


def compare(expected: Path, observed: Path, findings: Findings) -> None:
    """Compare by tag: steps, then numbers as one array over the steps, then texts and pictures."""
    ours, theirs = read_events(expected), read_events(observed)
    compare_arrays(_arrays(ours), _arrays(theirs), findings)
    shared = sorted(ours.keys() & theirs.keys())
    steps = [{tag: [value.step for value in side[tag]] for tag in shared} for side in (ours, theirs)]
    compare_trees(steps[0], steps[1], findings, ("steps",))
    compare_trees(_texts(ours), _texts(theirs), findings)


def _arrays(events: dict[str, list[Value]]) -> dict[str, Array]:
    """Return numbers by tag; where the values of a tag have several shapes, one array for each of them."""
    found: dict[str, Array] = {}
    for tag, values in events.items():
        kinds = {(value.dtype, value.shape) for value in values}
        for dtype, shape in sorted(kinds):
            same = [value.data for value in values if (value.dtype, value.shape) == (dtype, shape)]
            if dtype:
                name = tag if len(kinds) == 1 else f"{tag} {shape}"
                found[name] = _array(dtype, (len(same), *shape), same)
    return found


def _array(dtype: str, shape: tuple[int, ...], data: list[bytes]) -> Array:
    numpy = require_numpy()
    return Array(numpy.dtype(dtype), shape, lambda: (numpy.frombuffer(part, dtype) for part in data))


def _texts(events: dict[str, list[Value]]) -> dict[str, object]:
    found = {tag: [_spell(value.data) for value in values if not value.dtype] for tag, values in events.items()}
    return {tag: texts for tag, texts in found.items() if texts}


def _spell(data: bytes) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    if text.isprintable() and text:
        return text
    return f"{len(data):,} bytes sha256:{hashlib.sha256(data).hexdigest()}"


def summarize(path: Path, type_name: str) -> Summary:
    """Return the last value of each scalar as a metric, and the rest as arrays."""
    events = read_events(path)
    scalars = {tag: values for tag, values in sorted(events.items()) if all(map(_is_scalar, values[-1:]))}
    metrics = (((tag,), _scalar(values[-1])) for tag, values in scalars.items())
    return Summary(
        spelled(metrics),
        {name: describe_array(array) for name, array in sorted(_arrays(events).items())},
        histories=_histories(scalars),
    )


def _histories(scalars: dict[str, list[Value]]) -> dict[str, NumberSeries]:
    found = {tag: [value for value in values if _is_scalar(value)] for tag, values in scalars.items() if len(values) > 1}
    return {
        spell_path((tag,)): history([value.step for value in values], list(map(_scalar, values)))
        for tag, values in list(found.items())[:SHOWN_HISTORIES]
    }


def _is_scalar(value: Value) -> bool:
    return value.dtype in ("<f4", "<f8") and value.shape == ()


def _scalar(value: Value) -> float:
    number: float = struct.unpack("<f" if value.dtype == "<f4" else "<d", value.data)[0]
    return number
