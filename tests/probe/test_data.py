"""Digests of declared inputs: the same bytes give the same digest, and what is not bytes is said."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.collectors.data import collect as data
from probes.treedigest import digest_tree

from .fake import FakeHost, facts

FILE_NAMES = st.binary(min_size=1, max_size=8).filter(lambda name: not set(name) & {0, 47} and name not in (b".", b".."))


def folder(root: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    return root


FILES = {"a.csv": b"1,2\n", "b/c.csv": b"3,4\n", "b/d/e.bin": bytes(3 << 20)}


def test_a_file_is_its_sha256(tmp_path: Path) -> None:
    """A declared file can be checked with sha256sum."""
    path = folder(tmp_path, {"a": b"abc"}) / "a"
    digest = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert facts(data, FakeHost(), data=[str(path)])["known"] == {str(path): {"digest": digest, "files": 1, "bytes": 3}}


def test_two_copies_of_a_folder_are_equal(tmp_path: Path) -> None:
    """Neither the order of creation nor times, modes and place count."""
    first = folder(tmp_path / "first", FILES)
    second = folder(tmp_path / "other" / "second", dict(reversed(FILES.items())))
    os.utime(second / "a.csv", (0, 0))
    (second / "a.csv").chmod(0o600)
    assert digest_tree(str(first)) == digest_tree(str(second))
    assert digest_tree(str(first))["files"] == 3


@pytest.mark.parametrize("change", [{"a.csv": b"1,3\n"}, {"new": b""}, {"b/c2.csv": b"3,4\n"}])
def test_every_change_is_seen(tmp_path: Path, change: dict[str, bytes]) -> None:
    """One byte, one file more, or one other name gives another digest."""
    path = folder(tmp_path, FILES)
    before = digest_tree(str(path))
    assert digest_tree(str(folder(path, change)))["digest"] != before["digest"]


def test_links_count_by_their_target_and_are_not_followed(tmp_path: Path) -> None:
    """A link out of the folder, or round in a circle, reads nothing outside; where it points to is part of the digest."""
    one, two = folder(tmp_path / "one", FILES), folder(tmp_path / "two", FILES)
    (one / "link").symlink_to("a.csv")
    (two / "link").symlink_to("b")
    (one / "b" / "up").symlink_to("..")
    (two / "b" / "up").symlink_to("..")
    assert digest_tree(str(one))["digest"] != digest_tree(str(two))["digest"]
    assert digest_tree(str(one))["files"] == 3


def test_pipes_and_sockets_are_named_and_not_opened(tmp_path: Path) -> None:
    """Opening a pipe would wait for ever."""
    path = folder(tmp_path / "d", {"a": b"1"})
    os.mkfifo(path / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path / "socket"))
        assert digest_tree(str(path))["special"] == ["pipe", "socket"]
    assert "special file" in facts(data, FakeHost(), data=[str(path / "pipe")])["unknown"][str(path / "pipe")]


def test_missing_is_absent_and_unreadable_is_unknown(tmp_path: Path) -> None:
    """An input that is not there is told from one that may not be read."""
    path = folder(tmp_path / "d", {"a": b"1"})
    (path / "loop").symlink_to("loop")
    document = facts(data, FakeHost(), data=[str(path / "nothing"), str(path / "loop")])
    assert document["absent"] == [str(path / "nothing")]
    assert str(path / "loop") in document["unknown"]


def test_an_input_can_have_a_name(tmp_path: Path) -> None:
    """`train=/data/x` is compared as `train` wherever the data lies."""
    path = folder(tmp_path, {"x": b"1", "odd=name": b"2"})
    known = facts(data, FakeHost(), data=[f"train={path}/x", f"{path}/odd=name"])["known"]
    assert set(known) == {"train", f"{path}/odd=name"}


def test_nothing_declared_is_nothing_recorded() -> None:
    """Only what was asked for is read."""
    assert facts(data, FakeHost(), data=[]) == {"known": {}, "absent": [], "unknown": {}}


@given(st.dictionaries(FILE_NAMES, st.binary(max_size=20), max_size=5))
def test_names_are_bytes(tmp_path_factory: pytest.TempPathFactory, files: dict[bytes, bytes]) -> None:
    """File names that are not UTF-8 count like any other, and equal folders are equal."""
    digests = []
    for _ in range(2):
        path = tmp_path_factory.mktemp("d")
        for name, content in files.items():
            (path / os.fsdecode(name)).write_bytes(content)
        digests.append(digest_tree(str(path)))
    assert digests[0] == digests[1]
    assert digests[0]["files"] == len(files)
