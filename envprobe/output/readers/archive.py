"""Files inside a file: gz, bz2, xz, zst, zip and tar. Each is compared as what it is; times, owners and packing do not count."""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple, cast

from .. import file as outputs
from ..comparison import OutputComparison, OutputVerdict
from ..description import describe
from ..finding import Findings, Found, Unable, Unreadable, missing_extra
from ..summary import SHOWN_ITEMS, Summary
from ..zip_file import check_archive, outside_members

BLOCK_BYTES = 1 << 18
DEPTH_LIMIT = 4
"""Archives inside archives."""
MEMBER_LIMIT = 100_000
UNPACKED_LIMIT_BYTES = 16 << 30
BOMB_BYTES, BOMB_RATIO = 1 << 30, 200
"""What unpacks to more than 1 GiB and to more than 200 times its size is taken for a bomb."""
STREAMS = {"gzip": (".gz", ".gzip"), "bzip2": (".bz2",), "xz": (".xz", ".lzma"), "zstandard": (".zst", ".zstd")}
SHORT = {".tgz": ".tar", ".tbz2": ".tar", ".tbz": ".tar", ".txz": ".tar", ".tzst": ".tar"}


class Member(NamedTuple):
    """Something in an archive."""

    size_bytes: int
    open: Callable[[], IO[bytes]] | None
    """None for what is no regular file."""
    words: str = ""
    """What it is then: a folder, a link and where it leads."""


class Archive(NamedTuple):
    """An archive that is open."""

    members: Mapping[str, Member]
    is_stream: bool
    """Whether it holds one file, which has no name of its own that counts."""
    comment: str
    rest: str
    """Digest of bytes that belong to no member; empty where there are none."""


def open_archive(path: Path, type_name: str, stack: ExitStack, name: str) -> Archive:
    """Open an archive. Raises Unreadable or Unable."""
    if type_name in STREAMS:
        return Archive({_inner_name(name, type_name): Member(0, lambda: open_stream(path, type_name))}, True, "", "")
    if type_name == "zip":
        archive = stack.enter_context(zipfile.ZipFile(path))
        check_archive(archive.infolist(), MEMBER_LIMIT)
        members = {item.filename: _zip_member(archive, item) for item in archive.infolist()}
        return Archive(members, False, archive.comment.decode("utf-8", "backslashreplace"), outside_members(path, archive))
    tar = stack.enter_context(tarfile.open(path, "r:"))  # noqa: SIM115 - the stack closes it
    return Archive(dict(_tar_members(tar)), False, "", "")


def _inner_name(name: str, type_name: str) -> str:
    inner = PurePosixPath(name.rpartition(":")[2]).name
    for suffix in STREAMS[type_name]:
        if inner.lower().endswith(suffix):
            return inner[: -len(suffix)] or "content"
    stem, dot, suffix = inner.rpartition(".")
    return stem + SHORT[f".{suffix}".lower()] if f"{dot}{suffix}".lower() in SHORT else inner


def open_stream(path: Path, type_name: str) -> IO[bytes]:
    """Open what a compressed file holds: gzip, bzip2, xz or zstandard."""
    if type_name == "gzip":
        return cast("IO[bytes]", gzip.open(path, "rb"))
    if type_name == "bzip2":
        return cast("IO[bytes]", bz2.open(path, "rb"))
    if type_name == "xz":
        return cast("IO[bytes]", lzma.open(path, "rb"))
    try:
        import zstandard
    except ImportError:
        raise missing_extra("zstandard", "archives") from None
    stream: IO[bytes] = zstandard.open(path, "rb")
    return stream


def _zip_member(archive: zipfile.ZipFile, item: zipfile.ZipInfo) -> Member:
    if item.is_dir():
        return Member(0, None, "a folder")
    return Member(item.file_size, lambda: archive.open(item))


def _tar_members(tar: tarfile.TarFile) -> Iterator[tuple[str, Member]]:
    names: set[str] = set()
    for item in tar:
        name = item.name.removeprefix("./")
        if name in names:
            raise Unreadable(f"two members are called {name[:80]!r}")
        names.add(name)
        if len(names) > MEMBER_LIMIT:
            raise Unable(f"it holds more than {MEMBER_LIMIT:,} members")
        yield name, _tar_member(tar, item)


def _tar_member(tar: tarfile.TarFile, item: tarfile.TarInfo) -> Member:
    if item.isreg():
        return Member(item.size, lambda: _extracted(tar, item))
    if item.issym() or item.islnk():
        return Member(0, None, f"a link to {item.linkname}")
    return Member(0, None, "a folder" if item.isdir() else f"a special file of type {item.type!r}")


def _extracted(tar: tarfile.TarFile, item: tarfile.TarInfo) -> IO[bytes]:
    stream = tar.extractfile(item)
    if stream is None:
        raise Unreadable(f"{item.name[:80]!r} has no content")
    return stream


def compare(expected: Path, observed: Path, findings: Findings) -> None:
    """Compare the members of two archives, each by its own type, and the names on one side only."""
    if findings.depth >= DEPTH_LIMIT:
        raise Unable(f"archives lie more than {DEPTH_LIMIT} deep in each other")
    with ExitStack() as stack:
        sides = [open_archive(path, findings.type_name, stack, findings.output) for path in (expected, observed)]
        ours, theirs = sides
        if ours.comment != theirs.comment:
            findings.add("comment", "changed", ours.comment or "none", theirs.comment or "none")
        if ours.rest != theirs.rest:
            findings.add("bytes outside the members", "changed", ours.rest or "none", theirs.rest or "none")
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="envprobe-")))
        left = _Room(expected, observed)
        for name in _names(ours, theirs):
            if not findings.tolerance.rule("", f"{findings.output}:{name}").ignore:
                _compare_members(name, ours, theirs, folder, left, findings)


def _names(ours: Archive, theirs: Archive) -> list[str]:
    """Return the names of members; a folder shows by what lies in it, unless nothing does."""
    names = {*ours.members, *theirs.members}
    parents = {f"{parent}/" for name in names for parent in PurePosixPath(name).parents}
    return sorted(name for name in names if f"{name.rstrip('/')}/" not in parents or not _is_folder(name, ours, theirs))


def _is_folder(name: str, ours: Archive, theirs: Archive) -> bool:
    return all(side.members[name].words == "a folder" for side in (ours, theirs) if name in side.members)


class _Room:
    """How much may still be unpacked, by a bound that a bomb meets and an honest archive does not."""

    def __init__(self, *archives: Path) -> None:
        packed = sum(path.stat().st_size for path in archives)
        self.left = min(max(packed * BOMB_RATIO, BOMB_BYTES), UNPACKED_LIMIT_BYTES)

    def take(self, count: int) -> None:
        self.left -= count
        if self.left < 0:
            raise Unable("it unpacks to more than is read")


def _compare_members(name: str, ours: Archive, theirs: Archive, folder: Path, room: _Room, findings: Findings) -> None:
    left, right = ours.members.get(name), theirs.members.get(name)
    where = "" if ours.is_stream else name
    if left is None or right is None:
        sides = ("absent" if side is None else side.words or f"a file of {side.size_bytes:,} bytes" for side in (left, right))
        findings.add(name, "added" if left is None else "removed", *sides)
    elif left.open is None or right.open is None:
        if left.words != right.words:
            findings.add(name, "changed", left.words or "a file", right.words or "a file")
    elif not _are_same(left.open, right.open, room):
        paths = [folder / side / _safe(name) for side in ("expected", "observed")]
        for path, side in zip(paths, (left, right), strict=True):
            unpack(side.open, path, room)
        inner = findings.output if ours.is_stream else f"{findings.output}:{name}"
        found = outputs.compare_outputs(paths[0], paths[1], findings.tolerance, inner, findings.depth + 1)
        findings.include(found_in(found), lambda path: f"{where}: {path}" if where and path else where or path)
        for path in paths:
            path.unlink()


def _safe(name: str) -> str:
    """Return the last part of a member's name, which tells its type and leads nowhere."""
    return PurePosixPath(name.replace("\0", "")).name[-100:].strip(". ") or "member"


def _are_same(ours: Callable[[], IO[bytes]], theirs: Callable[[], IO[bytes]], room: _Room) -> bool:
    with ours() as left, theirs() as right:
        while True:
            blocks = left.read(BLOCK_BYTES), right.read(BLOCK_BYTES)
            room.take(len(blocks[0]))
            if blocks[0] != blocks[1]:
                return False
            if not blocks[0]:
                return True


def unpack(opened: Callable[[], IO[bytes]] | None, path: Path, room: _Room) -> None:
    """Write a member to a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if opened is not None:
        with opened() as source, path.open("wb") as target:
            while block := source.read(BLOCK_BYTES):
                room.take(len(block))
                target.write(block)


def found_in(comparison: OutputComparison) -> Found:
    """Return what was found in a member, as findings of the archive."""
    is_different = comparison.verdict is OutputVerdict.DIFFERS
    is_unknown = comparison.verdict is OutputVerdict.UNDETERMINED
    rejected = [one for one in comparison.differences if not one.accepted]
    return Found(
        count=max(comparison.count, int(is_different or is_unknown)),
        outside=max(len(rejected), 1) if is_different else 0,
        rejected=rejected,
        accepted=[one for one in comparison.differences if one.accepted],
        unread=int(is_unknown),
        hint=comparison.hint,
    )


def summarize(path: Path, type_name: str) -> Summary:
    """Describe the members as they would be described by themselves, under their names."""
    found = Summary({}, {}, is_complete=True)
    with ExitStack() as stack:
        archive = open_archive(path, type_name, stack, path.name)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="envprobe-")))
        room = _Room(path)
        is_complete, unread, hint = not archive.rest, dict[str, str](), ""
        for name, member in sorted(archive.members.items()):
            where = "" if archive.is_stream else f"{name}: "
            if member.open is None:
                found.parts[name] = member.words
                continue
            if len(found.parts) > SHOWN_ITEMS:
                is_complete = False
                break
            place = folder / _safe(name)
            unpack(member.open, place, room)
            one = describe(place, name)
            place.unlink()
            found.metrics.update({where + key: value for key, value in one.metrics.items()})
            found.parts.update({where + key: value for key, value in one.parts.items()} or {name: one.digest})
            unread |= {where + key: value for key, value in one.unread.items()} | ({name: one.note} if one.note else {})
            hint = hint or one.hint
            is_complete &= one.is_complete
    return Summary(found.metrics, found.parts, is_complete, unread, hint)
