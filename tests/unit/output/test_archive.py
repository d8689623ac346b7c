"""Files inside files."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from envprobe.output import OutputVerdict

from .case import compare, found, only


def _zip(members: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED, year: int = 2024, comment: bytes = b"") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        archive.comment = comment
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, (year, 1, 2, 3, 4, 6)), data)
    return stream.getvalue()


def _tar(members: Mapping[str, bytes | str]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, content in members.items():
            item = tarfile.TarInfo(name)
            if isinstance(content, str):
                item.type, item.linkname = tarfile.SYMTYPE, content
                archive.addfile(item)
            else:
                item.size = len(content)
                archive.addfile(item, io.BytesIO(content))
    return stream.getvalue()


METRICS = b'{"loss": 0.5}'


def test_a_member_is_compared_as_what_it_is_under_its_path(tmp_path: Path) -> None:
    """However deep it lies; a rule names it as the report does."""
    expected, observed = (_zip({"inner/m.json.gz": gzip.compress(b'{"loss": %s}' % loss)}) for loss in (b"0.5", b"0.75"))
    assert found(compare(tmp_path, "out.zip", expected, observed)) == [("number", "inner/m.json.gz: loss")]
    rules = {"out.zip:inner/m.json*:loss": {"absolute": 0.5}}
    assert compare(tmp_path, "out.zip", expected, observed, rules).verdict is OutputVerdict.TOLERANCE


def test_times_order_and_compression_of_members_do_not_count(tmp_path: Path) -> None:
    """An archive that was packed again holds the same files."""
    members = {"a.json": METRICS, "b.txt": b"words\n"}
    again = _zip(dict(reversed(members.items())), zipfile.ZIP_STORED, 2025)
    assert compare(tmp_path, "out.zip", _zip(members), again).verdict is OutputVerdict.IDENTICAL


@pytest.mark.parametrize(
    ("observed", "kind", "path"),
    [
        (_zip({"a.json": METRICS, "b.txt": b""}), "added", "b.txt"),
        (_zip({}), "removed", "a.json"),
        (_zip({"a.json": METRICS, "empty/": b""}), "added", "empty/"),
        (_zip({"a.json": METRICS}, comment=b"other"), "changed", "comment"),
        (b"#!/bin/sh\n" + _zip({"a.json": METRICS}), "changed", "bytes outside the members"),
    ],
)
def test_what_an_archive_holds_beside_its_files_is_seen(tmp_path: Path, observed: bytes, kind: str, path: str) -> None:
    """Names on one side, empty folders, the comment, and bytes between the members."""
    assert found(compare(tmp_path, "out.zip", _zip({"a.json": METRICS}), observed)) == [(kind, path)]


def test_links_in_an_archive_are_not_followed(tmp_path: Path) -> None:
    """They are told by where they lead; no member leaves the folder in which it is unpacked."""
    expected = _tar({"../../m.json": METRICS, "link": "/etc/passwd"})
    assert found(compare(tmp_path, "out.tar", expected, _tar({"../../m.json": METRICS, "link": "/etc/shadow"}))) == [
        ("changed", "link")
    ]
    observed = _tar({"../../m.json": METRICS.replace(b"5", b"7"), "link": "/etc/passwd"})
    assert found(compare(tmp_path, "out.tar", expected, observed)) == [("number", "../../m.json: loss")]
    assert not (tmp_path.parent / "m.json").exists()


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    """Kilobytes that unpack to gigabytes are undetermined."""
    packed = gzip.compress(b"\0" * (8 << 20), 9)
    bombs = [gzip.compress(packed * 300 + tail, 1) for tail in (packed, packed * 2)]
    comparison = compare(tmp_path, "data.bin.gz.gz", *bombs)
    assert comparison.verdict is OutputVerdict.UNDETERMINED


def test_archives_in_archives_have_a_bound(tmp_path: Path) -> None:
    """Four deep, and no deeper."""
    sides = []
    for data in (METRICS, METRICS.replace(b"5", b"7")):
        for _ in range(6):
            data = _zip({"inner.zip": data})
        sides.append(data)
    comparison = compare(tmp_path, "out.zip", *sides)
    assert comparison.verdict is OutputVerdict.UNDETERMINED


def test_a_member_that_nothing_reads_leaves_the_others_compared(tmp_path: Path) -> None:
    """Its other bytes are unread, and that is all that is said of it."""
    expected = _zip({"a.json": METRICS, "x.bin": b"\0\1"})
    comparison = compare(tmp_path, "out.zip", expected, _zip({"a.json": METRICS, "x.bin": b"\0\2"}))
    assert (comparison.verdict, only(comparison).kind) == (OutputVerdict.UNDETERMINED, "unread")
    changed = _zip({"a.json": METRICS.replace(b"5", b"7"), "x.bin": b"\0\2"})
    assert compare(tmp_path, "out.zip", expected, changed).verdict is OutputVerdict.DIFFERS
