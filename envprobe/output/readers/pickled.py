"""Compare pickles, joblib files and PyTorch's checkpoints by what they describe; none is ever loaded."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from ..finding import Unable, Unreadable
from ..holdings import Holding, Holdings, Nested, unread
from ..pickle_machine import Persistent, load
from ..pickle_values import dtype_of, holdings
from ..zip_file import check_archive, outside_members
from .archive import open_stream

PICKLE_LIMIT_BYTES = 2 << 30
PICKLES_LIMIT = 1000
ZLIB, LZ4 = b"\x78", b"\x04\x22\x4d\x18"
"""First bytes of what joblib and older PyTorch compress."""
COMPRESSED = {
    b"\x1f\x8b\x08": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\0": "xz",
    b"\x5d\0\0": "xz",
    b"\x28\xb5\x2f\xfd": "zstandard",
}
"""What else joblib and pandas compress by, whatever the file's name."""
MAGIC_BYTES = 8
SMALL_BYTES = 1 << 20
LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
"""What PyTorch wrote first before 1.6."""
VOLATILE = ("byteorder", ".data/serialization_id", ".format_version", ".storage_alignment")
"""Members of PyTorch's archive that are checked or made anew in every run, and are no content: an id is a hash of names."""


def read(path: Path, type_name: str, stack: ExitStack) -> Holdings:
    """Return what a file describes."""
    if zipfile.is_zipfile(path):
        return _read_torch(path, stack)
    if path.stat().st_size > PICKLE_LIMIT_BYTES:
        raise Unable(f"it is larger than {PICKLE_LIMIT_BYTES >> 30} GiB")
    stream = stack.enter_context(path.open("rb"))
    first = stream.read(MAGIC_BYTES)
    stream.seek(0)
    if first.startswith(ZLIB):
        return _read_pickles(_inflated(path))
    if first.startswith(LZ4):
        raise Unable("it is compressed with lz4", "joblib.dump(…, compress=3) writes what is read")
    if kind := next((kind for magic, kind in COMPRESSED.items() if first.startswith(magic)), ""):
        return _read_pickles(_unpacked(open_stream(path, kind)))
    return _read_pickles(stream)


def _unpacked(stream: IO[bytes]) -> IO[bytes]:
    with stream:
        data = stream.read(PICKLE_LIMIT_BYTES + 1)
    if len(data) > PICKLE_LIMIT_BYTES:
        raise Unable(f"it unpacks to more than {PICKLE_LIMIT_BYTES >> 30} GiB")
    return io.BytesIO(data)


def _inflated(path: Path) -> IO[bytes]:
    machine = zlib.decompressobj()
    data = machine.decompress(path.read_bytes(), PICKLE_LIMIT_BYTES)
    if machine.unconsumed_tail:
        raise Unable(f"it unpacks to more than {PICKLE_LIMIT_BYTES >> 30} GiB")
    return io.BytesIO(data)


def _read_pickles(stream: IO[bytes]) -> Holdings:
    """Read one pickle after another; what is left behind the last one is named by its bytes."""
    found: dict[str, Holding] = {}
    for index in range(PICKLES_LIMIT):
        start = stream.tell()
        if not stream.read(1):
            return found
        stream.seek(start)
        prefix = f"pickle {index + 1}: " if index else ""
        if index == 1 and found == {"": Nested(LEGACY_MAGIC)}:
            return _read_legacy_torch(stream)
        try:
            value = load(stream)
        except Unreadable:
            if not index:
                raise
            stream.seek(start)
            rest = stream.read()
            return {**found, "bytes behind the pickle": unread(f"{len(rest):,} bytes follow that are no pickle", rest)}
        found |= {f"{prefix}{name}" if name or not prefix else prefix: one for name, one in holdings(value).items()}
    raise Unable(f"it holds more than {PICKLES_LIMIT:,} pickles")


def _read_legacy_torch(stream: IO[bytes]) -> Holdings:
    """Read what PyTorch wrote before 1.6: protocol, system, the object, the storages' keys (addresses), and their elements."""
    outside: list[Persistent] = []
    load(stream), load(stream)
    value, keys = load(stream, outside), load(stream)
    sizes = {str(one.identity[2]): dtype_of(one.identity[1].name).itemsize for one in outside}
    storages: dict[str, bytes] = {}
    for key in map(str, keys):
        count = int.from_bytes(stream.read(8), "little") * sizes[key]
        storages[key] = stream.read(count)
        if len(storages[key]) != count:
            raise Unreadable("a storage ends before its last element")
    found = dict(holdings(value, storages.__getitem__))
    if rest := stream.read():
        found["bytes behind the storages"] = unread(f"{len(rest):,} bytes follow", rest)
    return found


def _read_torch(path: Path, stack: ExitStack) -> Holdings:
    """Read PyTorch's archive: data.pkl, and a member for each storage."""
    archive = stack.enter_context(zipfile.ZipFile(path))
    check_archive(archive.infolist())
    names = archive.namelist()
    top = next((name[: -len("data.pkl")] for name in names if name.endswith("data.pkl")), None)
    if top is None:
        raise Unreadable("it is an archive without data.pkl, so not PyTorch's")
    with archive.open(f"{top}data.pkl") as stream:
        value = load(stream)
    found: dict[str, Holding] = dict(holdings(value, _storage_reader(archive, top)))
    if names_order := _byte_order(archive, top):
        found["byteorder"] = Nested(names_order)
    for name in names:
        inner = name[len(top) :]
        if inner.startswith("code/") or (
            inner not in ("data.pkl", *VOLATILE) and not inner.startswith("data/") and inner != "version"
        ):
            found[f"member {inner}"] = _member(archive, name)
    if rest := outside_members(path, archive):
        found["bytes outside the members"] = Nested(rest)
    return found


def _byte_order(archive: zipfile.ZipFile, top: str) -> str:
    order = archive.read(f"{top}byteorder") if f"{top}byteorder" in archive.namelist() else b"little"
    if order != b"little":
        raise Unreadable(f"it is written {order[:20]!r}-endian")
    return ""


def _member(archive: zipfile.ZipFile, name: str) -> Holding:
    data = archive.read(name)
    try:
        return Nested(data.decode("utf-8").splitlines()) if len(data) < SMALL_BYTES else unread("a large member", data)
    except UnicodeDecodeError:
        return unread("a member that is no text", data)


def _storage_reader(archive: zipfile.ZipFile, top: str) -> Callable[[str], bytes]:
    return lambda key: archive.read(f"{top}data/{key}")
