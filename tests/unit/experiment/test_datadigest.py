"""Data on this machine has the digest that the guest gives it, and is not read again where nothing was written."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from envprobe.experiment.datadigest import digest_data, parse_declared
from envprobe.experiment.digestcache import DigestCache
from probes.treedigest import digest_tree


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with files, a folder in it, an empty one, a link and a pipe, all written long ago."""
    folder = tmp_path / "data"
    (folder / "a" / "empty").mkdir(parents=True)
    (folder / "a" / "one.bin").write_bytes(b"one" * 1000)
    (folder / "two.bin").write_bytes(b"")
    (folder / "link").symlink_to("two.bin")
    os.mkfifo(folder / "pipe")
    return folder


@pytest.fixture
def cache(tmp_path: Path):
    """A cache of its own on disk."""
    cache = DigestCache(tmp_path / "cache" / "digests.sqlite")
    yield cache
    cache.close()


def _digest(path: Path, cache: DigestCache):
    return digest_data([f"it={path}"], path.parent, cache, lambda words: None).section.known["it"]


def test_the_same_as_in_the_guest(data, cache):
    """A folder, and a file, have the digest that the probe gives them in a container."""
    assert _digest(data, cache) == digest_tree(str(data))
    assert _digest(data / "a" / "one.bin", cache) == digest_tree(str(data / "a" / "one.bin"))


def test_three_states(data, cache):
    """What is there has a digest, what is not is absent, and what cannot be read is unknown with its reason."""
    section = digest_data(["data", "gone", "pipe=data/pipe"], data.parent, cache, lambda words: None).section
    assert list(section.known) == ["data"]
    assert section.absent == ["gone"]
    assert "neither a regular file nor a folder" in section.unknown["pipe"]


def _stored(path: Path) -> list[tuple[int, str]]:
    with sqlite3.connect(path) as database:
        rows = database.execute("SELECT inode, digest FROM digests").fetchall()
    database.close()
    return rows


class Shelf:
    """A cache that remembers what it was asked for and what it was given."""

    def __init__(self) -> None:
        self.kept: dict[object, str] = {}
        self.hits = 0

    def get(self, stamp: object) -> str:
        self.hits += stamp in self.kept
        return self.kept.get(stamp, "")

    def put(self, stamp: object, digest: str) -> None:
        self.kept[stamp] = digest


def test_what_was_not_written_is_not_read_again(data):
    """The second time every file comes from the cache; one that was written comes from the disk, even at the same size and time."""
    shelf = Shelf()
    first = _digest(data, shelf)
    assert (_digest(data, shelf), shelf.hits) == (first, 2)
    target = data / "a" / "one.bin"
    status = target.stat()
    target.write_bytes(b"ONE" * 1000)
    os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert _digest(data, shelf) == digest_tree(str(data)) != first


def test_a_file_written_a_moment_ago_is_not_kept(data, cache, tmp_path):
    """A file may be written again within its time stamp's granularity, so a young one is read each time."""
    _digest(data, cache)
    cache.close()
    assert _stored(tmp_path / "cache" / "digests.sqlite") == []


def test_a_damaged_cache_is_made_anew(data, tmp_path):
    """A cache that is no database costs time, never an answer."""
    path = tmp_path / "digests.sqlite"
    path.write_bytes(b"no database" * 1000)
    cache = DigestCache(path)
    assert _digest(data, cache) == digest_tree(str(data))
    cache.close()
    assert _stored(path) == []


def test_a_cache_that_cannot_be_written(data, tmp_path):
    """Where no cache can be made every file is read."""
    (tmp_path / "file").write_text("")
    assert _digest(data, DigestCache(tmp_path / "file" / "digests.sqlite")) == digest_tree(str(data))
    assert _digest(data, DigestCache(None)) == digest_tree(str(data))


def test_names(tmp_path):
    """NAME=PATH gives a name; a path with an equals sign that is there is a path."""
    (tmp_path / "a=b").write_text("")
    assert parse_declared("train=data/x", tmp_path) == ("train", tmp_path / "data/x")
    assert parse_declared("a=b", tmp_path) == ("a=b", tmp_path / "a=b")
    assert parse_declared("data", tmp_path) == ("data", tmp_path / "data")
