"""Compare .mat files: MATLAB 5 by scipy, 7.3 as the HDF5 that it is; the time in the header does not count."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

from ..array import require_numpy, whole_block
from ..finding import Unreadable, missing_extra
from ..holdings import Holding, Holdings, Nested, unread
from ..plain import TAGGED
from . import hdf5

LIBRARIES = ("numpy", "scipy.io", "h5py")
HEADER_BYTES = 128
VERSION_7_3 = b"MATLAB 7.3"
OWN = ("__header__", "__version__", "__globals__")


def read(path: Path, type_name: str, stack: ExitStack) -> Holdings:
    """Return the variables by name; structures and cells as nested values."""
    with path.open("rb") as stream:
        header = stream.read(HEADER_BYTES)
    if header.startswith(VERSION_7_3):
        return {name: one for name, one in hdf5.read(path, type_name, stack).items() if name != "bytes before the file"}
    require_numpy()
    try:
        import scipy.io
    except ImportError:
        raise missing_extra("scipy", "matlab") from None
    found: dict[str, Holding] = {}
    for name, value in scipy.io.loadmat(path, struct_as_record=True, squeeze_me=False).items():
        if name not in OWN:
            _put(found, name, value)
    return found


def _put(found: dict[str, Holding], name: str, value: Any) -> None:
    """Add a variable: numbers and characters as an array, a structure by its fields, a cell by its items."""
    if hasattr(value, "tocoo"):  # a sparse matrix
        sparse = value.tocoo()
        for part in ("row", "col", "data"):
            _put(found, f"{name}.{part}", getattr(sparse, part))
        found[f"{name}.shape"] = Nested([int(length) for length in value.shape])
    elif not hasattr(value, "dtype"):
        found[name] = unread(f"scipy reads it as {type(value).__name__}", repr(value).encode("utf-8", "replace"))
    elif value.dtype.names:
        found[f"{name} "] = Nested({TAGGED: "structure", "shape": list(value.shape), "fields": list(value.dtype.names)})
        for index, item in enumerate(value.reshape(-1)):
            where = f"{name}[{index}]" if value.size > 1 else name
            for field in value.dtype.names:
                _put(found, f"{where}.{field}", item[field])
    elif value.dtype.hasobject:
        found[f"{name} "] = Nested({TAGGED: "cell", "shape": list(value.shape)})
        for index, item in enumerate(value.reshape(-1)):
            _put(found, f"{name}[{index}]", item)
    elif value.dtype.kind in "iufcbUS":
        found[name] = whole_block(value)
    else:
        raise Unreadable(f"{name[:80]!r} is of type {value.dtype}")
