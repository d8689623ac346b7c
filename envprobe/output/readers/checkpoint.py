"""Compare the variables of TensorFlow checkpoints and SavedModels, without TensorFlow: nothing is loaded, nothing runs.

Source of the format: tensorflow/core/util/tensor_bundle/tensor_bundle.h and tensorflow/core/protobuf/tensor_bundle.proto.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .. import protobuf, sorted_table
from ..array import Array, compare_arrays, describe_array, read_blocks, require_numpy
from ..finding import Findings, Unreadable
from ..folder import SHARD
from ..summary import Summary
from .document import read_bytes

VALUE_SUFFIX = "/.ATTRIBUTES/VARIABLE_VALUE"
"""Ends the name of every variable of an object-based checkpoint."""
BFLOAT16, TEXT = 14, 7
DTYPES = {
    1: "<f4",
    2: "<f8",
    3: "<i4",
    4: "u1",
    5: "<i2",
    6: "i1",
    8: "<c8",
    9: "<i8",
    10: "?",
    17: "<u2",
    18: "<c16",
    19: "<f2",
    22: "<u4",
    23: "<u8",
    BFLOAT16: "<u2",
    TEXT: "u1",
}
"""tensorflow/core/framework/types.proto; bfloat16 is widened to float32, texts are compared by their bytes."""


def index_of(path: Path) -> Path:
    """Return the index that lists the tensors of a shard; an index is its own."""
    return path.with_name(SHARD.sub(".index", path.name))


def compare(expected: Path, observed: Path, findings: Findings) -> None:
    """Compare all tensors by name, whatever the number of shards."""
    compare_arrays(tensors(index_of(expected)), tensors(index_of(observed)), findings)


def tensors(index: Path) -> dict[str, Array]:
    """Return the tensors that an index lists. Raises Unreadable where it is damaged or written big-endian."""
    found: dict[str, Array] = {}
    header: dict[int, int | bytes] = {}
    for key, value in sorted_table.entries(read_bytes(index)):
        if key:
            name = key.decode("utf-8").removesuffix(VALUE_SUFFIX)
            if name in found:
                raise Unreadable(f"two tensors are called {name[:80]!r}")
            found[name] = _tensor(index, protobuf.message(value), header)
        else:
            header = protobuf.message(value)
    if protobuf.integer(header, 2):
        raise Unreadable("it is written big-endian")
    return found


def _tensor(index: Path, entry: dict[int, int | bytes], header: dict[int, int | bytes]) -> Array:
    dtype_number = protobuf.integer(entry, 1)
    size_bytes = protobuf.integer(entry, 5)
    if dtype_number not in DTYPES or 7 in entry:
        raise Unreadable(f"a tensor has type {dtype_number} or is cut into slices")
    numpy = require_numpy()
    dtype = numpy.dtype(DTYPES[dtype_number])
    shape = (size_bytes,) if dtype_number == TEXT else protobuf.tensor_shape(protobuf.binary(entry, 2))
    if math.prod(shape) * dtype.itemsize != size_bytes or size_bytes < 0:
        raise Unreadable("a tensor's size is not that of its shape")
    shards = protobuf.integer(header, 1)
    shard = index.with_name(f"{index.stem}.data-{protobuf.integer(entry, 3):05d}-of-{shards:05d}")
    offset = protobuf.integer(entry, 4)
    shown = numpy.dtype("<f4") if dtype_number == BFLOAT16 else dtype
    return Array(shown, shape, lambda: _blocks(shard, offset, size_bytes, dtype, shown))


def _blocks(shard: Path, offset: int, size_bytes: int, dtype: Any, shown: object) -> Iterator[Any]:
    import numpy as np

    with shard.open("rb") as stream:
        stream.seek(offset)
        for block in read_blocks(stream, size_bytes // dtype.itemsize, dtype):
            yield block if shown == dtype else (block.astype(np.uint32) << 16).view(np.float32)


def summarize(path: Path, type_name: str) -> Summary:
    """Return type, shape and digest of each tensor."""
    return Summary(parts={name: describe_array(array) for name, array in tensors(index_of(path)).items()}, is_complete=True)
