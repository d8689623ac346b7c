"""Compare .npy and .npz files: numpy's arrays, streamed. Object arrays are pickles, so they are never read."""

from __future__ import annotations

import math
import os
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from ..array import Array, compare_arrays, describe_array, read_blocks, require_numpy
from ..finding import Findings, Unable, Unreadable
from ..summary import Summary

HEADER_LIMIT_CHARACTERS = 10_000
MEMBER_LIMIT = 10_000
BOMB_RATIO = 200
BOMB_BYTES = 1 << 30
"""A member that unpacks to more than 1 GiB and to more than 200 times its size is taken for a zip bomb."""
IN_MEMORY_LIMIT_BYTES = 64 << 20
"""An array in Fortran order is read whole to be walked in C order."""

LOCAL_HEADER_BYTES = 30
ENCRYPTED = 1

Open = Callable[[], IO[bytes]]


def read_header(stream: IO[bytes]) -> tuple[tuple[int, ...], bool, Any]:
    """Read shape, whether it is in Fortran order, and dtype. Raises Unreadable for an object array."""
    read = require_numpy().lib.format
    version = read.read_magic(stream)
    readers = {(1, 0): read.read_array_header_1_0, (2, 0): read.read_array_header_2_0}
    if version not in readers:
        raise Unreadable(f"numpy format {version[0]}.{version[1]} has no public reader")
    shape, is_fortran, dtype = readers[version](stream, max_header_size=HEADER_LIMIT_CHARACTERS)
    if dtype.hasobject:
        raise Unreadable("it holds an object array, which only unpickling could read")
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


def _fortran_block(open_stream: Open, shape: tuple[int, ...], dtype: Any) -> Iterator[Any]:
    import numpy as np

    flat = np.concatenate([*(block.copy() for block in _blocks(open_stream, shape, dtype)), np.empty(0, dtype)])
    yield np.ascontiguousarray(flat.reshape(shape, order="F")).reshape(-1)


def arrays(path: Path, type_name: str) -> dict[str, Array]:
    """Return the arrays of a file by name; of a .npy file, one with an empty name."""
    return read_npz(path) if type_name == "npz" else {"": read_array(lambda: path.open("rb"))}


def read_npz(path: Path) -> dict[str, Array]:
    """Return the arrays of an archive. Raises Unreadable for what numpy does not write, such as two members of one name."""
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
    check_archive(members)
    others = [member.filename for member in members if not member.filename.endswith(".npy")]
    if others:
        raise Unreadable(f"it holds {others[0][:80]!r}, which is no array")
    return {member.filename.removesuffix(".npy"): read_array(_opener(path, member)) for member in members}


def check_archive(members: list[zipfile.ZipInfo]) -> None:
    """Raise Unreadable for an archive with two members of one name, Unable for one that may be a bomb."""
    if len(members) > MEMBER_LIMIT:
        raise Unable(f"it holds more than {MEMBER_LIMIT:,} members")
    if len({member.filename for member in members}) != len(members):
        raise Unreadable("two members have the same name")
    for member in members:
        if member.file_size > BOMB_BYTES and member.file_size > BOMB_RATIO * member.compress_size:
            raise Unable(f"its member {member.filename[:80]!r} unpacks to {member.file_size:,} bytes")


def _opener(path: Path, member: zipfile.ZipInfo) -> Open:
    """Return how to open a member. One that is merely stored is read from the file: a checksum would take half the time."""

    def open_stored() -> IO[bytes]:
        stream = path.open("rb")
        stream.seek(member.header_offset)
        header = stream.read(LOCAL_HEADER_BYTES)
        stream.seek(sum(int.from_bytes(header[place : place + 2], "little") for place in (26, 28)), os.SEEK_CUR)
        return stream

    def open_member() -> IO[bytes]:
        with zipfile.ZipFile(path) as archive:  # the member keeps the file open after the archive is closed
            return archive.open(member)

    is_plain = member.compress_type == zipfile.ZIP_STORED and not member.flag_bits & ENCRYPTED
    return open_stored if is_plain else open_member


def compare(expected: Path, observed: Path, findings: Findings) -> None:
    """Compare all arrays by name."""
    compare_arrays(arrays(expected, findings.type_name), arrays(observed, findings.type_name), findings)


def summarize(path: Path, type_name: str) -> Summary:
    """Return type, shape and digest of each array."""
    found = {name or "array": describe_array(array) for name, array in arrays(path, type_name).items()}
    return Summary(parts=found, is_complete=True)
