"""Zip archives as their bytes: whether members are ambiguous or a bomb, and what lies between them."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

from .finding import Unable, Unreadable

MEMBER_LIMIT = 10_000
BOMB_RATIO = 200
BOMB_BYTES = 1 << 30
"""A member that unpacks to more than 1 GiB and to more than 200 times its size is taken for a zip bomb."""
LOCAL_HEADER_BYTES = 30
DESCRIPTOR_BYTES = 24
"""What follows a member that was written to a pipe: at most a signature, checksum and two sizes of 8 bytes."""
HAS_DESCRIPTOR = 1 << 3


def check_archive(members: list[zipfile.ZipInfo], limit: int = MEMBER_LIMIT) -> None:
    """Raise Unreadable for an archive with two members of one name, Unable for one that may be a bomb."""
    if len(members) > limit:
        raise Unable(f"it holds more than {limit:,} members")
    if len({member.filename for member in members}) != len(members):
        raise Unreadable("two members have the same name")
    for member in members:
        if member.file_size > BOMB_BYTES and member.file_size > BOMB_RATIO * member.compress_size:
            raise Unable(f"its member {member.filename[:80]!r} unpacks to {member.file_size:,} bytes")


def outside_members(path: Path, archive: zipfile.ZipFile) -> str:
    """Return a digest of the bytes that belong to no member and to no directory; empty where there are none.

    Raises Unreadable where members overlap or a local header is not where the directory says.
    """
    digest, place, count = hashlib.sha256(), 0, 0
    with path.open("rb") as stream:
        for member in sorted(archive.infolist(), key=lambda item: item.header_offset):
            gap = member.header_offset - place
            if gap < 0:
                raise Unreadable("its members overlap")
            if gap:
                stream.seek(place)
                digest.update(stream.read(gap))
                count += gap
            stream.seek(member.header_offset)
            header = stream.read(LOCAL_HEADER_BYTES)
            if header[:4] != b"PK\x03\x04":
                raise Unreadable(f"the member {member.filename[:80]!r} has no header where it should be")
            lengths = (int.from_bytes(header[start : start + 2], "little") for start in (26, 28))
            place = member.header_offset + LOCAL_HEADER_BYTES + sum(lengths) + member.compress_size
            if member.flag_bits & HAS_DESCRIPTOR:
                place = _after_descriptor(stream, place, member)
        gap = archive.start_dir - place
        if gap > 0:
            stream.seek(place)
            digest.update(stream.read(gap))
            count += gap
    return f"{count:,} bytes sha256:{digest.hexdigest()[:12]}" if count else ""


def _after_descriptor(stream: object, place: int, member: zipfile.ZipInfo) -> int:
    """Return the place after a data descriptor: checksum and both sizes, of 4 or 8 bytes, with a signature or without."""
    stream.seek(place)  # type: ignore[attr-defined]
    data = stream.read(DESCRIPTOR_BYTES)  # type: ignore[attr-defined]
    checksum = member.CRC.to_bytes(4, "little")
    for signature in (b"PK\x07\x08", b""):
        for width in (8, 4):
            sizes = b"".join(size.to_bytes(8, "little")[:width] for size in (member.compress_size, member.file_size))
            if data.startswith(signature + checksum + sizes):
                return place + len(signature) + 4 + 2 * width
    return place
