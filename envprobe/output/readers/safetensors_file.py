"""Compare .safetensors files: tensors by name, and the metadata. The header is JSON, and the bytes are read in place."""

from __future__ import annotations

import json
import math
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from ..array import Array, read_blocks, require_numpy
from ..finding import Unable, Unreadable
from ..holdings import Holding, Holdings, Nested, Unread

HEADER_LIMIT_BYTES = 100 << 20
"""The format's own limit (huggingface/safetensors, README, "Format")."""
DTYPES = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "BF16": "<u2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "i1",
    "U64": "<u8",
    "U32": "<u4",
    "U16": "<u2",
    "U8": "u1",
    "BOOL": "?",
    "C64": "<c8",
    "F8_E4M3": "u1",
    "F8_E5M2": "u1",
}
"""Types without one of numpy's are compared as they are stored, except bfloat16, which is widened."""


def read(path: Path, type_name: str, stack: ExitStack) -> Holdings:
    """Return the tensors. Raises Unreadable where they do not lie one behind another up to the end, as the format demands."""
    with path.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        if length > HEADER_LIMIT_BYTES:
            raise Unable(f"its header has {length:,} bytes")
        header = json.loads(stream.read(length), object_pairs_hook=_without_duplicates)
    if not isinstance(header, dict):
        raise Unreadable("its header is no object")
    found: dict[str, Holding] = {}
    if (metadata := header.pop("__metadata__", None)) is not None:
        found["metadata"] = Nested(metadata)
    place, size = 0, path.stat().st_size - 8 - length
    for name, said in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        start, end = said["data_offsets"]
        if start != place or end > size:
            raise Unreadable(f"the tensor {name[:80]!r} does not begin where the one before it ends")
        found[name] = _tensor(path, said, 8 + length + start, end - start)
        place = end
    if place != size:
        raise Unreadable("bytes follow its last tensor")
    return found


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Unreadable("two tensors have the same name")
    return members


def _tensor(path: Path, said: dict[str, Any], offset: int, size_bytes: int) -> Holding:
    numpy = require_numpy()
    if said["dtype"] not in DTYPES:
        with path.open("rb") as stream:
            stream.seek(offset)
            return Unread(f"nothing here reads its type {said['dtype'][:20]}", repr(stream.read(size_bytes)))
    dtype, shape = numpy.dtype(DTYPES[said["dtype"]]), tuple(said["shape"])
    if any(length < 0 for length in shape) or math.prod(shape) * dtype.itemsize != size_bytes:
        raise Unreadable("a tensor's size is not that of its shape")
    is_widened = said["dtype"] == "BF16"

    def blocks() -> Any:
        with path.open("rb") as stream:
            stream.seek(offset)
            for block in read_blocks(stream, size_bytes // dtype.itemsize, dtype):
                yield (block.astype(numpy.uint32) << 16).view(numpy.float32) if is_widened else block

    return Array(numpy.dtype("<f4") if is_widened else dtype, shape, blocks)
