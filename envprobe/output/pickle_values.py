"""What a pickle describes, as plain values and arrays: numpy's arrays and PyTorch's tensors by their names and bytes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from .array import Array, require_numpy, whole_block
from .finding import Unable, Unreadable
from .holdings import Holding, Nested
from .pickle_machine import JOBLIB_ARRAY, Items, Made, Members, Named, Persistent
from .plain import TAGGED, VALUE_LIMIT, spelled_json

DEPTH_LIMIT = 150
EXPANDED = 200
"""Times that one object may be referred to, on average."""
RECONSTRUCT, FROM_BUFFER, SCALAR = "multiarray._reconstruct", "numeric._frombuffer", "multiarray.scalar"
TENSORS = ("torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor")
PARAMETERS = ("torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state")
STORAGES = {
    "FloatStorage": "<f4",
    "DoubleStorage": "<f8",
    "HalfStorage": "<f2",
    "BFloat16Storage": "<u2",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
    "ShortStorage": "<i2",
    "CharStorage": "i1",
    "ByteStorage": "u1",
    "UntypedStorage": "u1",
    "BoolStorage": "?",
    "ComplexFloatStorage": "<c8",
    "ComplexDoubleStorage": "<c16",
}
BFLOAT16 = "BFloat16Storage"
ReadStorage = Callable[[str], bytes]
"""Returns the bytes of a storage by its key."""


def holdings(value: object, read_storage: ReadStorage | None = None) -> dict[str, Holding]:
    """Return arrays by their paths, and everything else as one plain value under the empty name."""
    values = _Values(read_storage)
    rest = values.convert(value, (), 0)
    return {**values.arrays, "": Nested(rest)}


class _Values:
    """One conversion, bounded in values and depth; an object that lies in itself is shown where it comes again."""

    def __init__(self, read_storage: ReadStorage | None) -> None:
        self.read_storage = read_storage
        self.arrays: dict[str, Holding] = {}
        self.count = self.visits = 0
        self.seen: set[int] = set()
        """Identities of everything that holds something."""
        self.above: list[int] = []
        """Identities of what the value lies in."""

    def convert(self, value: object, path: tuple[str, ...], depth: int) -> object:
        self.count += 1
        if self.count > VALUE_LIMIT:
            raise Unable(f"it holds more than {VALUE_LIMIT:,} values")
        if depth > DEPTH_LIMIT:
            raise Unable(f"it is nested more than {DEPTH_LIMIT} levels deep")
        if value is None or isinstance(value, str | bool | int | float):
            return value
        if isinstance(value, bytes | bytearray):
            return {TAGGED: "bytes", "hex": value.hex()}
        if isinstance(value, Named):
            return {TAGGED: "name", "name": value.name}
        if id(value) in self.above:
            return {TAGGED: "itself", "levels": len(self.above) - self.above.index(id(value))}
        self.above.append(id(value))
        self.seen.add(id(value))
        self.visits += 1
        if self.visits > EXPANDED * (len(self.seen) + EXPANDED):
            raise Unable(f"references make {self.visits:,} objects of {len(self.seen):,}")
        try:
            return self._composite(value, path, depth + 1)
        finally:
            self.above.pop()

    def _composite(self, value: object, path: tuple[str, ...], depth: int) -> object:
        if isinstance(value, Members):
            return self._members(value, path, depth)
        if isinstance(value, Items):
            return {TAGGED: "set", "items": sorted((self.convert(item, path, depth) for item in value), key=spelled_json)}
        if isinstance(value, tuple):
            return {TAGGED: "tuple", "items": self._items(value, path, depth)} if value else {TAGGED: "tuple"}
        if isinstance(value, list):
            return self._items(value, path, depth)
        if isinstance(value, Persistent):
            return {TAGGED: "outside", "name": self.convert(value.identity, path, depth)}
        if isinstance(value, Made):
            array = read_array(value) or self._tensor(value)
            if array is not None:
                return self._named(array, path)
            return self._made(value, path, depth)
        raise Unreadable(f"it describes a {type(value).__name__}")

    def _items(self, items: Any, path: tuple[str, ...], depth: int) -> list[object]:
        return [self.convert(item, (*path, str(index)), depth) for index, item in enumerate(items)]

    def _members(self, pairs: Any, path: tuple[str, ...], depth: int) -> dict[str, object]:
        found: dict[str, object] = {}
        for key, item in pairs:
            name = key if isinstance(key, str) else f"{type(key).__name__} {spelled_json(self.convert(key, path, depth))}"
            found[name] = self.convert(item, (*path, name), depth)  # the last one counts, as when it is loaded
        return found

    def _made(self, value: Made, path: tuple[str, ...], depth: int) -> object:
        if value.name.endswith(".OrderedDict") and not value.state:
            return self._members(value.members, path, depth)
        if value.name in PARAMETERS and isinstance(value.arguments, tuple):
            return self.convert(value.arguments[0], path, depth)
        found: dict[str, object] = {TAGGED: value.name}
        if value.arguments not in ((), None):
            found["arguments"] = self._items(value.arguments, path, depth) if isinstance(value.arguments, tuple) else None
        if value.state is not None:
            found["state"] = self.convert(value.state, path, depth)
        if value.items:
            found["items"] = self._items(value.items, path, depth)
        if value.members:
            found["members"] = self._members(value.members, path, depth)
        return found

    def _named(self, array: Array, path: tuple[str, ...]) -> object:
        """Give an array the path where it lies as its name; of several at one path, a number."""
        base = name = ".".join(path) or "array"
        number = 1
        while name in self.arrays:
            number += 1
            name = f"{base} ({number})"
        self.arrays[name] = array
        return {TAGGED: "array", "name": name}

    def _tensor(self, value: Made) -> Array | None:
        if value.name not in TENSORS or self.read_storage is None or not isinstance(value.arguments, tuple):
            return None
        storage, offset, size, stride = value.arguments[:4]
        if not isinstance(storage, Persistent) or not isinstance(storage.identity, tuple):
            return None
        _, kind, key, *_ = storage.identity
        return read_tensor(kind.name.rpartition(".")[2], lambda: self._storage(str(key)), offset, size, stride)

    def _storage(self, key: str) -> bytes:
        if self.read_storage is None:
            raise Unreadable("its tensors are not there")
        return self.read_storage(key)


def read_dtype(value: object) -> Any:
    """Return the numpy type that a pickle describes; None for one that is not read."""
    if not isinstance(value, Made) or value.name != "numpy.dtype" or not isinstance(value.arguments, tuple):
        return None
    numpy = require_numpy()
    state = value.state if isinstance(value.state, tuple) else (3, "|", None, None, None, -1, -1, 0)
    if state[3] is not None:
        fields = dict(state[4])
        formats = [read_dtype(fields[name][0]) for name in state[3]]
        offsets = [fields[name][1] for name in state[3]]
        return numpy.dtype({"names": list(state[3]), "formats": formats, "offsets": offsets, "itemsize": state[5]})
    if state[2] is not None:
        base, shape = state[2]
        return numpy.dtype((read_dtype(base), tuple(shape)))
    unit = state[8] if len(state) > 8 else None
    dtype = numpy.dtype(value.arguments[0] + (f"[{_text(unit[0][0])}]" if isinstance(unit, tuple) and unit[0] else ""))
    return dtype.newbyteorder(state[1]) if state[1] in "<>" else dtype


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def read_array(value: Made) -> Array | None:
    """Return the numpy array that a pickle describes; None where it is something else, or an array of objects."""
    try:
        if value.name.endswith(RECONSTRUCT) and isinstance(value.state, tuple):
            _, shape, dtype, is_fortran, data = value.state
        elif value.name.endswith(FROM_BUFFER):
            data, dtype, shape, order = value.arguments
            is_fortran = order == "F"
        elif value.name.endswith(SCALAR):
            dtype, data = value.arguments
            shape, is_fortran = (), False
        elif value.name.endswith(JOBLIB_ARRAY):
            state = dict(value.state)
            data, dtype, shape, is_fortran = value.items[0], state["dtype"], state["shape"], state["order"] == "F"
        else:
            return None
        kind = read_dtype(dtype)
    except (TypeError, ValueError, KeyError, IndexError):
        return None
    if isinstance(data, str):  # bytes of Python 2
        data = data.encode("latin-1")
    if kind is None or kind.hasobject or not isinstance(data, bytes | bytearray) or len(data) != math.prod(shape) * kind.itemsize:
        return None
    found = require_numpy().frombuffer(data, kind).reshape(shape, order="F" if is_fortran else "C")
    return whole_block(found)


def dtype_of(storage: str) -> Any:
    """Return the numpy type of a storage by its class. Raises Unreadable for one that is not known."""
    kind = storage.rpartition(".")[2]
    if kind not in STORAGES:
        raise Unreadable(f"nothing here reads a {kind[:40]}")
    return require_numpy().dtype(STORAGES[kind])


def read_tensor(
    kind: str, read: Callable[[], bytes], offset: int, size: tuple[int, ...], stride: tuple[int, ...]
) -> Array | None:
    """Return a tensor of PyTorch by its storage's kind; None for one that is not read."""
    numpy = require_numpy()
    if kind not in STORAGES:
        return None
    dtype = dtype_of(kind)
    shown = numpy.dtype("<f4") if kind == BFLOAT16 else dtype
    is_empty = 0 in size
    last = offset + sum(max(length - 1, 0) * step for length, step in zip(size, stride, strict=True))

    def blocks() -> Iterator[Any]:
        elements = numpy.frombuffer(read(), dtype)
        if min((offset, *size, *stride), default=0) < 0 or (not is_empty and last >= elements.size):
            raise Unreadable("a tensor lies outside its storage")
        strides = [step * dtype.itemsize for step in stride]
        view = numpy.lib.stride_tricks.as_strided(elements[offset:], size, strides, writeable=False)
        flat = numpy.ascontiguousarray(view).reshape(-1)
        yield (flat.astype(numpy.uint32) << 16).view(numpy.float32) if kind == BFLOAT16 else flat

    return Array(shown, tuple(size), blocks)
