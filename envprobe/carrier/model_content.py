"""The digest of a model's bytes: of a file as `sha256sum` prints it, of a folder its `dirHash`.

Source: in-toto's DigestSet v1.1. Others compute it as `find . -type f | cut -c3- | LC_ALL=C sort | xargs sha256sum | sha256sum`.

A model may come from a stranger: no link in its folder is followed, nothing that waits is opened, the work is bounded.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from ..error import DocumentError
from ..fact import sha256
from ..records.record import RecordedOutput

FILE, FOLDER = "file", "dirHash"
FILE_LIMIT = 100_000
"""Files of one folder: a SavedModel has about ten."""
CHUNK_BYTES = 1 << 20


def measure(model: Path) -> RecordedOutput:
    """Return digest and size of a model. Raises DocumentError where something of it cannot be read."""
    if not model.is_dir():
        digest, size_bytes = _digest(model)
        return RecordedOutput(digest=digest, size_bytes=size_bytes, kind=FILE)
    found = {os.fsencode(path.relative_to(model)): _digest(path, os.O_NOFOLLOW) for path in _files(model)}
    rows = [digest.removeprefix("sha256:").encode() + b"  " + name + b"\n" for name, (digest, _) in sorted(found.items())]
    return RecordedOutput(digest=sha256(b"".join(rows)), size_bytes=sum(size for _, size in found.values()), kind=FOLDER)


def _files(folder: Path) -> Iterator[Path]:
    """Yield what lies in a folder and is no folder. Raises DocumentError where there is too much."""
    count = 0
    for place, folders, names in os.walk(folder, onerror=_refuse):
        count += len(folders) + len(names)
        if count > FILE_LIMIT:
            raise DocumentError(f"{folder}: more than {FILE_LIMIT:,} files, too many for a model")
        for path in (Path(place, name) for name in [*names, *folders]):
            if "\n" in path.name:
                raise DocumentError(f"{str(path)!a}: a line break in a name, which no list of files can hold", "rename it")
            if path.is_symlink():
                raise DocumentError(f"{path}: is a link, which may lead anywhere", f"copy the model: cp -rL {folder} COPY")
        yield from (Path(place, name) for name in names)


def _digest(path: Path, flags: int = 0) -> tuple[str, int]:
    """Return digest and size of a file."""
    digest, size_bytes = hashlib.sha256(), 0
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | flags)
        with os.fdopen(descriptor, "rb") as stream:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise DocumentError(f"{path}: is no file", "a model is made of regular files")
            while chunk := stream.read(CHUNK_BYTES):
                digest.update(chunk)
                size_bytes += len(chunk)
    except OSError as error:
        _refuse(error)
    return f"sha256:{digest.hexdigest()}", size_bytes


def _refuse(error: OSError) -> None:
    raise DocumentError(f"{error.filename}: cannot be read: {error.strerror}") from error
