"""What an engine sends as an output is one regular file or it is refused."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from envprobe.error import TargetError
from envprobe.experiment.container_workplace import unpack_one


def _archive(*members: tuple[str, bytes, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, kind, content in members:
            info = tarfile.TarInfo(name)
            info.type, info.size, info.linkname = kind, len(content), "/etc/passwd"
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def _pieces(data: bytes, size: int = 700) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


def test_one_file(tmp_path):
    """The content is written where we say, in whatever pieces it comes."""
    content = bytes(range(256)) * 50
    assert unpack_one(_pieces(_archive(("any", tarfile.REGTYPE, content))), tmp_path / "out", 1 << 20, "x") == len(content)
    assert (tmp_path / "out").read_bytes() == content


@pytest.mark.parametrize("name", ["../../escaped", "/tmp/escaped"])
def test_a_name_that_leads_elsewhere_does_not_count(tmp_path, name):
    """Whatever the archive calls it, it lies where we say."""
    unpack_one(_pieces(_archive((name, tarfile.REGTYPE, b"x"))), tmp_path / "out", 100, "x")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (_archive(("a", tarfile.SYMTYPE, b"")), "not a regular file"),
        (_archive(("a", tarfile.LNKTYPE, b"")), "not a regular file"),
        (_archive(("a", tarfile.DIRTYPE, b"")), "not a regular file"),
        (_archive(("a", tarfile.CHRTYPE, b"")), "not a regular file"),
        (_archive(), "not a regular file|no sound archive"),
        (_archive(("a", tarfile.REGTYPE, b"1"), ("b", tarfile.REGTYPE, b"2")), "more than one file"),
        (_archive(("a", tarfile.REGTYPE, b"1" * 101)), "101 bytes are more than is fetched"),
        (b"no archive at all" * 100, "no sound archive"),
        (_archive(("a", tarfile.REGTYPE, b"1" * 90))[:550], "no sound archive"),
    ],
)
def test_anything_else_is_refused(tmp_path, data, complaint):
    """Links, devices, folders, several files, too much and damaged archives are refused."""
    with pytest.raises(TargetError, match=complaint):
        unpack_one(_pieces(data), Path(tmp_path / "out"), 100, "docker://x: /out")
