"""Compare HDF5 files, Keras weights among them: datasets streamed, attributes as nested values, links listed and not followed."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from ...installation import installing
from ..array import BLOCK_BYTES, Array, require_numpy, slabs
from ..finding import Unable, Unreadable, missing_extra
from ..holdings import Holding, Holdings, Nested, Unread
from ..plain import TAGGED

LIBRARIES = ("numpy", "h5py")
OBJECT_LIMIT = 100_000
NEWER = "bad version number"
"""What the library says of a part whose form it does not know yet."""
CHUNK_LIMIT_BYTES = 64 << 20
"""A chunk is decompressed whole."""
BOMB_BYTES = 1 << 30
BOMB_RATIO = 200
ATTRIBUTE_LIMIT_ELEMENTS = 100_000
OBJECT_BLOCK_ELEMENTS = 64
"""A string of variable length may be as long as the file, so few are held at once."""


def require_h5py() -> Any:
    """Import h5py. Raises Unable where it is not installed."""
    require_numpy()
    try:
        import h5py
    except ImportError:
        raise missing_extra("h5py", "arrays") from None
    return h5py


def read(path: Path, type_name: str, stack: ExitStack) -> Holdings:
    """Return datasets by name, links, empty groups and types for what they are, and the attributes of each object."""
    h5py = require_h5py()
    try:
        file = stack.enter_context(h5py.File(path, "r"))
        found = read_file(file)
    except (KeyError, OSError, RuntimeError) as error:
        if NEWER in str(error):
            version = h5py.version.hdf5_version
            raise Unable(f"it is written by a newer HDF5 than the {version} here", installing("arrays")) from None
        raise
    if file.userblock_size:
        with path.open("rb") as stream:
            found["bytes before the file"] = Nested(hashlib.sha256(stream.read(file.userblock_size)).hexdigest())
    return found


def read_file(file: object) -> dict[str, Holding]:
    """Return what an open file holds."""
    found: dict[str, Holding] = {}
    attributes: dict[str, Any] = {}
    types: dict[str, Any] = {}
    for name, item in _objects(file):
        if isinstance(item, Nested):
            found[name] = item
            continue
        for key in item.attrs:
            value, kind = _attribute(item, key)
            attributes.setdefault(name or "/", {})[key] = value
            types.setdefault(name or "/", {})[key] = kind
        if hasattr(item, "chunks"):
            found[name] = _dataset(name, item)
        elif hasattr(item, "dtype"):
            found[name] = Nested({TAGGED: "type", "name": _kind(item.dtype)})
    if attributes:
        found |= {"attributes": Nested(attributes), "types of attributes": Nested(types)}
    return found


def _objects(file: object) -> Iterator[tuple[str, Any]]:
    """Yield every object once by name, along hard links only: a soft or external link could lead out of the file."""
    h5py = require_h5py()
    seen: dict[object, str] = {}
    waiting: list[tuple[str, Any]] = [("", file)]
    while waiting:
        name, item = waiting.pop()
        if isinstance(item, Nested):
            yield name, item
            continue
        identity = h5py.h5o.get_info(item.id).addr
        if identity in seen:
            yield name, Nested({TAGGED: "hard link", "to": seen[identity]})
            continue
        seen[identity] = name or "/"
        if len(seen) > OBJECT_LIMIT:
            raise Unable(f"it holds more than {OBJECT_LIMIT:,} objects")
        yield name, item
        if isinstance(item, h5py.Group):
            if not len(item) and name:
                yield name, Nested({TAGGED: "group"})
            waiting += reversed(list(_members(name, item)))


def _members(name: str, group: Any) -> Iterator[tuple[str, object]]:
    h5py = require_h5py()
    for key in sorted(group):
        link, path = group.get(key, getlink=True), f"{name}/{key}" if name else key
        if isinstance(link, h5py.SoftLink):
            yield path, Nested({TAGGED: "soft link", "to": link.path})
        elif isinstance(link, h5py.ExternalLink):
            yield path, Nested({TAGGED: "external link", "to": link.path, "file": link.filename})
        else:
            yield path, group[key]


def _dataset(name: str, dataset: Any) -> Holding:
    """Return a dataset as an array; as unread where its data lies outside the file, or cannot be unpacked here."""
    h5py = require_h5py()
    kind = dataset.dtype
    if dataset.shape is None:
        return Nested({TAGGED: "empty", "type": _kind(kind)})
    if dataset.is_virtual or dataset.external:
        return Unread("it keeps its data in another file", _raw_digest(dataset))
    size_bytes = math.prod(dataset.shape) * kind.itemsize
    if size_bytes > BOMB_BYTES and size_bytes > BOMB_RATIO * dataset.id.get_storage_size():
        return Unread(f"it unpacks to {size_bytes:,} bytes", _raw_digest(dataset))
    if dataset.chunks and math.prod(dataset.chunks) * kind.itemsize > CHUNK_LIMIT_BYTES:
        return Unread(f"it is stored in chunks larger than {CHUNK_LIMIT_BYTES >> 20} MiB", _raw_digest(dataset))
    if missing := _missing_filter(dataset):
        return Unread(f"it is packed with the filter {missing}, which is not used here", _raw_digest(dataset))
    if (names := h5py.check_enum_dtype(kind)) is not None and kind.kind != "b":
        words = Nested(
            {TAGGED: "enum", "names": {key: int(value) for key, value in names.items()}, "items": _enum_items(dataset)}
        )
        return (
            words
            if math.prod(dataset.shape) <= ATTRIBUTE_LIMIT_ELEMENTS
            else Array(kind, dataset.shape, lambda: _blocks(dataset))
        )
    return Array(kind, dataset.shape, lambda: _blocks(dataset))


def _enum_items(dataset: Any) -> object:
    return [int(value) for value in dataset[()].reshape(-1)] if math.prod(dataset.shape) <= ATTRIBUTE_LIMIT_ELEMENTS else None


def _missing_filter(dataset: Any) -> str:
    h5py = require_h5py()
    properties = dataset.id.get_create_plist()
    for index in range(properties.get_nfilters()):
        code, _, _, name = properties.get_filter(index)
        if not h5py.h5z.filter_avail(code):
            return name.decode("utf-8", "replace")[:80] or str(code)
    return ""


def _raw_digest(dataset: Any) -> str:
    """Return a digest of a dataset as it is stored, and of what it says of itself."""
    digest = hashlib.sha256(f"{dataset.dtype} {dataset.shape} {dataset.chunks} {dataset.external}".encode())
    with suppress(Exception):  # chunks of hostile files: anything
        for index in range(dataset.id.get_num_chunks()):
            info = dataset.id.get_chunk_info(index)
            digest.update(repr(info.chunk_offset).encode() + dataset.id.read_direct_chunk(info.chunk_offset)[1])
    return f"sha256:{digest.hexdigest()}"


def _kind(dtype: object) -> str:
    """Spell a type, with the names of an enumeration."""
    h5py = require_h5py()
    names = h5py.check_enum_dtype(dtype)
    return f"{dtype} {sorted(names.items())}" if names else f"{dtype}"


def _blocks(dataset: Any) -> Iterator[Any]:
    numpy = require_numpy()
    elements = OBJECT_BLOCK_ELEMENTS if dataset.dtype.hasobject else max(1, BLOCK_BYTES // dataset.dtype.itemsize)
    buffer = numpy.empty(0, dataset.dtype)
    for slab in slabs(dataset.shape, elements, dataset.chunks[0] if dataset.chunks else 1):
        size = math.prod(part.stop - part.start for part in slab)
        if dataset.dtype.hasobject:
            yield _objects_block(dataset, numpy.ascontiguousarray(dataset[slab]).reshape(-1))
            continue
        if not dataset.shape or not size:
            yield numpy.ascontiguousarray(dataset[slab]).reshape(-1)
            continue
        buffer = buffer if buffer.size >= size else numpy.empty(size, dataset.dtype)
        block = buffer[:size].reshape([part.stop - part.start for part in slab])
        dataset.read_direct(block, slab)
        yield block.reshape(-1)


def _objects_block(dataset: Any, block: Any) -> object:
    """Return strings as they are, references by what they lead to, and lists of variable length as text."""
    if block.dtype.names or require_h5py().check_string_dtype(block.dtype) is not None:
        return block
    found = require_numpy().empty(block.shape, object)
    found[:] = [json.dumps(_value(item, dataset.file)) for item in block]
    return found


def _attribute(item: Any, key: str) -> tuple[object, str]:
    """Return an attribute and its type; JSON text (Keras's configurations) is parsed."""
    kind = item.attrs.get_id(key)
    if math.prod(kind.shape or ()) > ATTRIBUTE_LIMIT_ELEMENTS:
        raise Unable(f"its attribute {key!r} has more than {ATTRIBUTE_LIMIT_ELEMENTS:,} elements")
    value = item.attrs[key]
    words = "text" if kind.dtype.kind in "SO" else _kind(kind.dtype.newbyteorder("="))
    return _value(value, item.file), words


def _value(value: object, file: Any) -> object:
    h5py = require_h5py()
    if isinstance(value, h5py.Reference):
        return {TAGGED: "reference", "to": file[value].name if value else None}
    if isinstance(value, h5py.Empty):
        return {TAGGED: "empty", "type": _kind(value.dtype)}
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [_value(item, file) for item in value]
    if isinstance(value, bytes):
        value = value.decode("utf-8", "backslashreplace")
    if isinstance(value, complex):
        return [value.real, value.imag]
    if isinstance(value, str) and value.startswith("{"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    if value is None or isinstance(value, str | int | float):
        return value
    raise Unreadable(f"it holds a value of type {type(value).__name__}")
