"""Digests of input data on this machine: streamed, several files at once, and not read again where nothing was written.

The digest is the guest's (probes/treedigest.py), so that a folder has the same one in a container and here. What is declared
as `dvc:PATH` has DVC's digest instead, which its own files say.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from ..fact import Section, Value
from ..progress import Progress
from . import dvc
from .digestcache import DigestCache, Stamp

BLOCK_BYTES = 1 << 20
READERS = min(8, os.cpu_count() or 1)
"""hashlib lets other threads run while it hashes, so that this many files are read at once."""
SHOWN_SPECIAL = 20


class _Entry(NamedTuple):
    """Something in a folder, in the order of its name's bytes."""

    name: bytes
    kind: bytes
    path: bytes
    size_bytes: int


class Digests(NamedTuple):
    """The section `data`, and by name what was not looked at for a digest that others have made."""

    section: Section
    notes: dict[str, str]


def digest_data(declared: Iterable[str], folder: Path, cache: DigestCache, say: Progress) -> Digests:
    """Return `{digest, files, bytes}` of each file or folder; absent and unreadable ones are recorded as such.

    `NAME=PATH` gives one a name of its own. Links inside a folder count by their target's text; one that is declared is followed.
    Raises EnvprobeError where DVC does not track what is declared as `dvc:PATH`.
    """
    known: dict[str, Value] = {}
    absent: list[str] = []
    unknown: dict[str, str] = {}
    notes: dict[str, str] = {}
    for words in declared:
        name, path = parse_declared(words, folder)
        say(f"reading {name}")
        try:
            known[name], notes[name] = _tracked(path, cache) if is_tracked(words) else (dict(_digest(path, cache)), "")
        except FileNotFoundError:
            absent.append(name)
        except OSError as error:
            unknown[name] = f"{error.strerror or error}: {Path(os.fsdecode(error.filename or path)).name}"
    return Digests(Section(known=known, absent=absent, unknown=unknown), {name: note for name, note in notes.items() if note})


def is_tracked(words: str) -> bool:
    """Tell whether declared data has DVC's digest: `dvc:PATH` or `NAME=dvc:PATH`."""
    return words.startswith(dvc.SCHEME) or f"={dvc.SCHEME}" in words


def _tracked(path: Path, cache: DigestCache) -> tuple[Value, str]:
    """Return what DVC says of data and what was not looked at for it. Where DVC is wrong the data is read instead."""
    found = dvc.find(path)
    looked = dvc.look(found)
    if looked.fault:
        return dict(_digest(found.path, cache)), f"read, because it is not what DVC says: {looked.fault}"
    return found.value, looked.unasked and f"the digest is DVC's; {looked.unasked}"


def parse_declared(words: str, folder: Path) -> tuple[str, Path]:
    """Return the name and the path of declared data: `NAME=PATH`, or a path that is its own name; `dvc:` before it or not."""
    plain = words.replace(dvc.SCHEME, "", 1) if is_tracked(words) else words
    name, equals, path = plain.partition("=")
    if not equals or (folder / plain).exists():
        name, path = plain.removesuffix(dvc.SUFFIX) if is_tracked(words) else plain, plain
    return name, folder / Path(path).expanduser()


def _digest(path: Path, cache: DigestCache) -> Iterator[tuple[str, Value]]:
    status = path.stat()
    if stat.S_ISREG(status.st_mode):
        yield from (("digest", f"sha256:{file_digest(os.fsencode(path), cache)}"), ("files", 1), ("bytes", status.st_size))
        return
    if not stat.S_ISDIR(status.st_mode):
        raise OSError(0, "neither a regular file nor a folder", str(path))
    entries = sorted(_entries(os.fsencode(path), b""))
    total, files, special = hashlib.sha256(), 0, list[str]()
    with ThreadPoolExecutor(READERS) as pool:
        contents = pool.map(lambda entry: _content(entry, cache), entries)
        for entry, content in zip(entries, contents, strict=True):
            files += entry.kind == b"file"
            if entry.kind == b"special":
                special.append(entry.name.decode("utf-8", "backslashreplace"))
            total.update(b"%s %s %s\0" % (entry.kind, entry.name, content))
    yield "digest", f"sha256:{total.hexdigest()}"
    yield "files", files
    yield "bytes", sum(entry.size_bytes for entry in entries)
    if special:
        yield "special", special[:SHOWN_SPECIAL]


def _content(entry: _Entry, cache: DigestCache) -> bytes:
    if entry.kind == b"file":
        return file_digest(entry.path, cache).encode("ascii")
    if entry.kind == b"link":
        return hashlib.sha256(os.readlink(entry.path)).hexdigest().encode("ascii")  # noqa: PTH115 - of any bytes
    return b""


def file_digest(path: bytes, cache: DigestCache) -> str:
    """Return the SHA-256 of a file in hexadecimal, from the cache where its stamp is known.

    Raises OSError where the file changes while it is read.
    """
    with open(path, "rb", buffering=0) as stream:  # noqa: PTH123 - a name of any bytes
        before = Stamp.of(os.fstat(stream.fileno()))
        known = cache.get(before)
        if known:
            return known
        digest = hashlib.sha256()
        while block := stream.read(BLOCK_BYTES):
            digest.update(block)
        if Stamp.of(os.fstat(stream.fileno())) != before:
            raise OSError(0, "changed while it was read", os.fsdecode(path))
    cache.put(before, digest.hexdigest())
    return digest.hexdigest()


def _entries(folder: bytes, prefix: bytes) -> Iterator[_Entry]:
    with os.scandir(folder) as found:
        for entry in found:
            name = prefix + entry.name
            if entry.is_symlink():
                yield _Entry(name, b"link", entry.path, 0)
            elif entry.is_dir(follow_symlinks=False):
                yield _Entry(name + b"/", b"folder", entry.path, 0)
                yield from _entries(entry.path, name + b"/")
            elif entry.is_file(follow_symlinks=False):
                yield _Entry(name, b"file", entry.path, entry.stat(follow_symlinks=False).st_size)
            else:
                yield _Entry(name, b"special", entry.path, 0)
