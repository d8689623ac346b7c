"""The guest's modules as this Python compiled them, for a target that runs on this machine and most often in this very Python.

To compile them is most of what an inventory costs. Importing the host's own modules does not compile either, and by the same
files: `__pycache__` beside the source, valid by modification time and size or by hash (PEP 552), made where it is missing.
"""

from __future__ import annotations

import base64
import os
import struct
import sys
from importlib.util import MAGIC_NUMBER, cache_from_source, source_hash
from pathlib import Path

HEADER = struct.Struct("<4sIII")
BY_TIME, UNCHECKED_HASH, CHECKED_HASH = 0, 1, 3


def compiled(root: Path, names: list[str]) -> dict[str, object]:
    """Return the magic number of this Python's byte code, and the marshalled code of modules in `root`, in base64.

    A guest whose Python has another magic number compiles the sources that are sent along.
    """
    codes = {name: code for name in names if (code := _code(root / name))}
    return {
        "magic": MAGIC_NUMBER.hex(),
        "modules": {name: base64.b64encode(code).decode("ascii") for name, code in codes.items()},
    }


def _code(source: Path) -> bytes:
    """Return a module's marshalled code; empty where there is none and none can be kept: to compile it here saves nothing."""
    try:
        cache = Path(cache_from_source(str(source), optimization=""))
        code = _valid(cache, source)
        if not code and not sys.dont_write_bytecode and os.access(source.parent, os.W_OK):
            import py_compile  # after an installation that compiled nothing, once

            py_compile.compile(str(source), str(cache), doraise=True, optimize=0)
            code = _valid(cache, source)
    except (OSError, NotImplementedError, ValueError):
        return b""
    return code


def _valid(cache: Path, source: Path) -> bytes:
    """Return the code in a `.pyc` that import would take; empty where it would compile the source."""
    try:
        data = cache.read_bytes()
    except FileNotFoundError:
        return b""
    if len(data) < HEADER.size:
        return b""
    magic, flags, mtime_s, size_bytes = HEADER.unpack_from(data)
    status = source.stat()
    is_of_source = {
        BY_TIME: (mtime_s, size_bytes) == (int(status.st_mtime) & 0xFFFFFFFF, status.st_size & 0xFFFFFFFF),
        UNCHECKED_HASH: True,
        CHECKED_HASH: flags == CHECKED_HASH and data[8:16] == source_hash(source.read_bytes()),
    }
    return data[HEADER.size :] if magic == MAGIC_NUMBER and is_of_source.get(flags, False) else b""
