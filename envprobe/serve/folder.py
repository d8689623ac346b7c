"""The folder that is served: which files it holds, and their bytes. Nothing outside of it is ever opened, nothing written."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from ..error import DocumentError

SUFFIX = ".json"
FILE_LIMIT_BYTES = 16 << 20
"""A recorded TensorFlow image is 0.1 to 1 MB; a quarter of what `envprobe show` reads, because here many are read."""
TOO_LARGE = "more than {:,} bytes, which is as much as is served"
FILES_LIMIT = 20_000
HEAD_BYTES = 64 << 10
FOLDERS_LIMIT = 2000
DEPTH_LIMIT = 8


class File(msgspec.Struct, frozen=True):
    """A regular file as it lay there when the folder was listed."""

    place: str
    """Relative to the folder, with slashes."""
    size_bytes: int
    modified_ns: int
    inode: int


class FolderListing(msgspec.Struct, frozen=True):
    """What a folder holds, bounded."""

    files: list[File]
    """The newest FILES_LIMIT of them."""
    left_out: list[str]
    """One sentence for each thing that was not looked at."""


def list_files(root: Path) -> FolderListing:
    """List the JSON files under a folder. Links, hidden names, pipes and devices are passed over."""
    left_out: list[str] = []
    found = sorted(_walk(root, left_out), key=lambda file: (-file.modified_ns, file.place))
    if len(found) > FILES_LIMIT:
        left_out.append(f"{len(found) - FILES_LIMIT:,} older files: the newest {FILES_LIMIT:,} are shown; serve a smaller folder")
    return FolderListing(found[:FILES_LIMIT], left_out)


def _walk(root: Path, left_out: list[str]) -> Iterator[File]:
    waiting, seen = [(root, 0)], 0
    while waiting:
        folder, depth = waiting.pop()
        seen += 1
        if seen > FOLDERS_LIMIT:
            left_out.append(f"the rest of more than {FOLDERS_LIMIT:,} folders")
            return
        for item in _items(root, folder, left_out):
            if not item.is_dir(follow_symlinks=False):
                yield from _file(root, item)
            elif depth < DEPTH_LIMIT:
                waiting.append((folder / item.name, depth + 1))
            else:
                left_out.append(f"{_place(root, item)}: folders are looked into {DEPTH_LIMIT} deep")


def _items(root: Path, folder: Path, left_out: list[str]) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return [item for item in found if not item.name.startswith(".") and not item.is_symlink()]
    except OSError as error:  # removed meanwhile, or not ours to read
        left_out.append(f"{folder.relative_to(root)}: {error.strerror}")
        return []


def _file(root: Path, item: os.DirEntry[str]) -> Iterator[File]:
    with suppress(OSError):  # removed meanwhile
        if item.name.endswith(SUFFIX) and item.is_file(follow_symlinks=False):
            status = item.stat(follow_symlinks=False)
            yield File(_place(root, item), status.st_size, status.st_mtime_ns, status.st_ino)


def _place(root: Path, item: os.DirEntry[str]) -> str:
    return Path(item.path).relative_to(root).as_posix()


def read_file(root: Path, place: str, mark: bytes) -> bytes | None:
    """Return a file's bytes, None where its beginning does not hold the mark. Raises DocumentError.

    Every folder on the way is opened without following links: one put there after the listing leads nowhere.
    """
    try:
        descriptor = _open_beneath(root, place)
    except OSError as error:
        raise DocumentError(f"{place}: cannot be read: {error.strerror}") from error
    with os.fdopen(descriptor, "rb") as stream:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise DocumentError(f"{place}: is no file")
        head = stream.read(HEAD_BYTES)
        if mark not in head:
            return None
        if status.st_size > FILE_LIMIT_BYTES:
            raise DocumentError(f"{place}: {TOO_LARGE.format(FILE_LIMIT_BYTES)}")
        data = head + stream.read(FILE_LIMIT_BYTES + 1 - len(head))
    if len(data) > FILE_LIMIT_BYTES:
        raise DocumentError(f"{place}: {TOO_LARGE.format(FILE_LIMIT_BYTES)}")
    return data


def _open_beneath(root: Path, place: str) -> int:
    """Open a file one folder after the other; O_NONBLOCK, because a pipe in its place would be waited for."""
    *folders, name = place.split("/")
    at = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for folder in folders:
            inner = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=at)
            os.close(at)
            at = inner
        return os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=at)
    finally:
        os.close(at)
