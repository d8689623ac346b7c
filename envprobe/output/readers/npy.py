"""Compare .npy and .npz files: numpy's arrays, streamed. Arrays of objects are pickles: described, never loaded."""

from __future__ import annotations

import hashlib
import math
import os
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import IO, Any, cast

from ..array import Array, describe_array, read_blocks, require_numpy
from ..finding import Unable, Unreadable, only_refusals
from ..holdings import Holding, Holdings, Nested, Unread
from ..pickle_machine import load
from ..pickle_values import holdings
from ..window import Window
from ..zip_file import LOCAL_HEADER_BYTES, check_archive, outside_members

HEADER_LIMIT_CHARACTERS = 10_000
MEMBER_LIMIT = 10_000
IN_MEMORY_LIMIT_BYTES = 64 << 20
"""An array in Fortran order is read whole to be walked in C order."""

LARGE_BYTES = 1 << 20
"""A smaller member is read with its checksum."""
ENCRYPTED = 1
MAGIC = b"\x93NUMPY"

Open = Callable[[], IO[bytes]]


def read_header(stream: IO[bytes]) -> tuple[tuple[int, ...], bool, Any]:
    """Read shape, whether it is in Fortran order, and dtype."""
    read = require_numpy().lib.format
    version = read.read_magic(stream)
    readers = {(1, 0): read.read_array_header_1_0, (2, 0): read.read_array_header_2_0}
    if version not in readers:
        raise Unreadable(f"numpy format {version[0]}.{version[1]} has no public reader")
    shape, is_fortran, dtype = readers[version](stream, max_header_size=HEADER_LIMIT_CHARACTERS)
    if not all(isinstance(length, int) and length >= 0 for length in shape):
        raise Unreadable(f"its shape is {shape}")
    return shape, is_fortran, dtype


def read_array(open_stream: Open) -> Array:
    """Return the array in a stream; its elements are read when they are asked for."""
    with open_stream() as stream:
        shape, is_fortran, dtype = read_header(stream)
    if dtype.itemsize == 0:
        raise Unreadable(f"its elements are {dtype}, of no size")
    is_fortran = is_fortran and len(shape) > 1
    if is_fortran and math.prod(shape) * dtype.itemsize > IN_MEMORY_LIMIT_BYTES:
        raise Unable("it is a large array in Fortran order")
    read = _fortran_block if is_fortran else _blocks
    return Array(dtype, shape, lambda: read(open_stream, shape, dtype))


def _blocks(open_stream: Open, shape: tuple[int, ...], dtype: Any) -> Iterator[Any]:
    """Yield the elements in the order in which they are stored."""
    with open_stream() as stream:
        read_header(stream)
        yield from read_blocks(stream, math.prod(shape), dtype)


def _fortran_block(open_stream: Open, shape: tuple[int, ...], dtype: object) -> Iterator[Any]:
    import numpy as np

    flat = np.concatenate([*(block.copy() for block in _blocks(open_stream, shape, dtype)), np.empty(0, dtype)])
    yield np.ascontiguousarray(flat.reshape(shape, order="F")).reshape(-1)


def read(path: Path, type_name: str, stack: ExitStack) -> Holdings:
    """Return the arrays of a file by name; of a .npy file, those that lie behind the first one too."""
    return read_npz(path) if type_name == "npz" else _read_npy(path)


def _read_npy(path: Path) -> Holdings:
    found: dict[str, Holding] = {}
    size, place = path.stat().st_size, 0
    while place < size:
        name = f"array {len(found) + 1}" if found else ""
        if len(found) >= MEMBER_LIMIT:
            raise Unable(f"it holds more than {MEMBER_LIMIT:,} arrays")
        with path.open("rb") as stream:
            stream.seek(place)
            if found and stream.read(len(MAGIC)) != MAGIC:
                stream.seek(place)
                return {**found, "bytes behind the array": _rest(stream, size - place)}
        found[name], place = _member(partial(_open_at, path, place), place)
    if not found:
        raise Unreadable("it is empty")
    return found


def _open_at(path: Path, place: int) -> IO[bytes]:
    stream = path.open("rb")
    stream.seek(place)
    return stream


def _rest(stream: IO[bytes], count: int) -> Unread:
    digest = hashlib.sha256()
    while block := stream.read(1 << 20):
        digest.update(block)
    return Unread(f"{count:,} bytes follow that are no array", f"sha256:{digest.hexdigest()}")


def _member(open_stream: Open, place: int = 0) -> tuple[Holding, int]:
    """Return an array, or what an array of objects describes, and the place behind it."""
    with open_stream() as stream:
        shape, _, dtype = read_header(stream)
        header_bytes = stream.tell() - place
        if dtype.hasobject:
            value = load(stream)
            if not stream.read(1):
                return _objects(value), sys.maxsize
            raise Unreadable("bytes follow its array of objects")
    return read_array(open_stream), place + header_bytes + math.prod(shape) * dtype.itemsize


def _objects(value: object) -> Holding:
    """Return the items of an array of objects: its shape and a list, as a pickle of numpy describes it."""
    found = holdings(value)
    rest = found.pop("")
    return (
        Nested(rest.value)
        if isinstance(rest, Nested) and not found
        else Unread("its objects hold arrays", digest_of(rest, found))
    )


def read_npz(path: Path) -> Holdings:
    """Return the members of an archive by name. Raises Unreadable for what is ambiguous, such as two members of one name."""
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        check_archive(members)
        rest = outside_members(path, archive)
    found: dict[str, Holding] = {}
    for member in members:
        name = member.filename.removesuffix(".npy") if member.filename.endswith(".npy") else f"member {member.filename}"
        found[name] = _npz_member(path, member)
    if rest:
        found["bytes outside the members"] = Nested(rest)
    return found


def _npz_member(path: Path, member: zipfile.ZipInfo) -> Holding:
    opener = _opener(path, member)
    try:
        with only_refusals("npy"):
            if not member.filename.endswith(".npy"):
                raise Unreadable("it is no array")
            found, end = _member(opener)
            if isinstance(found, Array) and end != member.file_size:
                raise Unreadable("bytes follow its array" if end < member.file_size else "an array ends before its last element")
            return found
    except (Unable, Unreadable) as error:
        with zipfile.ZipFile(path) as archive, archive.open(member) as stream:
            return Unread(str(error), _rest(stream, 0).digest, error.hint if isinstance(error, Unable) else "")


def digest_of(rest: Holding, arrays: Holdings) -> str:
    """Return a digest of what an array of objects describes, with the arrays in it."""
    words = [str(rest), *(f"{name} {describe_array(one)}" for name, one in sorted(arrays.items()) if isinstance(one, Array))]
    return f"sha256:{hashlib.sha256(repr(words).encode('utf-8', 'surrogatepass')).hexdigest()}"


def _opener(path: Path, member: zipfile.ZipInfo) -> Open:
    """Return how to open a member. One that is merely stored is read from the file: a checksum would take half the time."""

    def open_stored() -> IO[bytes]:
        stream = path.open("rb")
        stream.seek(member.header_offset)
        header = stream.read(LOCAL_HEADER_BYTES)
        stream.seek(sum(int.from_bytes(header[place : place + 2], "little") for place in (26, 28)), os.SEEK_CUR)
        return cast("IO[bytes]", Window(stream, member.file_size))

    def open_member() -> IO[bytes]:
        with zipfile.ZipFile(path) as archive:  # the member keeps the file open after the archive is closed
            return archive.open(member)

    is_plain = member.compress_type == zipfile.ZIP_STORED and not member.flag_bits & ENCRYPTED
    return open_stored if is_plain and member.file_size >= LARGE_BYTES else open_member
