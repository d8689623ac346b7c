"""Compare HDF5 files, Keras weights among them: datasets streamed, attributes as nested values, links not followed."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..array import BLOCK_BYTES, Array, compare_arrays, describe_array, require_numpy, slabs
from ..finding import Findings, Step, Unable, Unreadable, missing_extra
from ..plain import plain
from ..summary import Summary
from ..tree import compare_trees

OBJECT_LIMIT = 100_000
CHUNK_LIMIT_BYTES = 64 << 20
"""A chunk is decompressed whole."""
BOMB_BYTES = 1 << 30
BOMB_RATIO = 200
ATTRIBUTE_LIMIT_ELEMENTS = 100_000
STRING_BLOCK_ELEMENTS = 64
"""A string of variable length may be as long as the file, so few are held at once."""


def require_h5py() -> Any:
    """Import h5py. Raises Unable where it is not installed."""
    require_numpy()
    try:
        import h5py
    except ImportError:
        raise missing_extra("h5py", "arrays") from None
    return h5py


def compare(expected: Path, observed: Path, findings: Findings, prefix: tuple[Step, ...] = ()) -> None:
    """Compare datasets by name, then attributes of groups and datasets."""
    h5py = require_h5py()
    with h5py.File(expected, "r") as ours, h5py.File(observed, "r") as theirs:
        compare_arrays(_arrays(ours), _arrays(theirs), findings, prefix)
        compare_trees(_attributes(ours), _attributes(theirs), findings, (*prefix, "attributes"))


def _objects(file: Any) -> Iterator[tuple[str, Any]]:
    """Yield every object once by name, along hard links only: a soft or external link could lead out of the file."""
    names: list[str] = []
    file.visit(lambda name: names.append(name) if len(names) <= OBJECT_LIMIT else True)
    if len(names) > OBJECT_LIMIT:
        raise Unable(f"it holds more than {OBJECT_LIMIT:,} objects")
    yield "", file
    for name in names:
        yield name, file[name]


def _arrays(file: Any) -> dict[str, Array]:
    h5py = require_h5py()
    return {name: _array(name, item) for name, item in _objects(file) if isinstance(item, h5py.Dataset)}


def _array(name: str, dataset: Any) -> Array:
    """Return a dataset as an array. Raises Unreadable for data outside the file or without a plain type."""
    h5py = require_h5py()
    if dataset.is_virtual or dataset.external:
        raise Unreadable(f"{name!r} keeps its data in another file")
    if dataset.shape is None:
        return Array(require_numpy().dtype("V1"), (0,), lambda: iter(()))
    if dataset.dtype.hasobject and h5py.check_string_dtype(dataset.dtype) is None:
        raise Unreadable(f"{name!r} holds references or lists of variable length")
    size_bytes = math.prod(dataset.shape) * dataset.dtype.itemsize
    if size_bytes > BOMB_BYTES and size_bytes > BOMB_RATIO * dataset.id.get_storage_size():
        raise Unable(f"{name!r} unpacks to {size_bytes:,} bytes")
    if dataset.chunks and math.prod(dataset.chunks) * dataset.dtype.itemsize > CHUNK_LIMIT_BYTES:
        raise Unable(f"{name!r} is stored in chunks larger than {CHUNK_LIMIT_BYTES >> 20} MiB")
    return Array(dataset.dtype, dataset.shape, lambda: _blocks(dataset))


def _blocks(dataset: Any) -> Iterator[Any]:
    numpy = require_numpy()
    elements = STRING_BLOCK_ELEMENTS if dataset.dtype.hasobject else max(1, BLOCK_BYTES // dataset.dtype.itemsize)
    buffer = numpy.empty(0, dataset.dtype)
    for slab in slabs(dataset.shape, elements, dataset.chunks[0] if dataset.chunks else 1):
        size = math.prod(part.stop - part.start for part in slab)
        if not dataset.shape or dataset.dtype.hasobject or not size:
            yield numpy.ascontiguousarray(dataset[slab]).reshape(-1)
            continue
        buffer = buffer if buffer.size >= size else numpy.empty(size, dataset.dtype)
        block = buffer[:size].reshape([part.stop - part.start for part in slab])
        dataset.read_direct(block, slab)
        yield block.reshape(-1)


def _attributes(file: Any) -> dict[str, Any]:
    """Return the attributes of every object that has some, by its name; JSON text (Keras's configurations) is parsed."""
    found = {name or "/": {key: _attribute(item, key) for key in item.attrs} for name, item in _objects(file)}
    return {name: plain(values) for name, values in found.items() if values}


def _attribute(item: Any, key: str) -> Any:
    kind = item.attrs.get_id(key)
    if math.prod(kind.shape or ()) > ATTRIBUTE_LIMIT_ELEMENTS:
        raise Unable(f"its attribute {key!r} has more than {ATTRIBUTE_LIMIT_ELEMENTS:,} elements")
    return _value(item.attrs[key])


def _value(value: Any) -> Any:
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [_value(item) for item in value]
    if isinstance(value, bytes):
        value = value.decode("utf-8", "backslashreplace")
    if isinstance(value, str) and value.startswith("{"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value if isinstance(value, str | int | float) else repr(value)


def summarize(path: Path, type_name: str) -> Summary:
    """Return type, shape and digest of each dataset."""
    with require_h5py().File(path, "r") as file:
        return Summary(parts={name: describe_array(array) for name, array in _arrays(file).items()})
