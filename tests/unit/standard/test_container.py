"""A file of a container is its own to write: it is read with care."""

from __future__ import annotations

import io
import tarfile
from typing import Any, cast

import pytest
from docker import APIClient
from docker.errors import NotFound

from envprobe.standard.container import LIMIT_BYTES, read_text
from envprobe.targets.packed import pack


class _Engine:
    """Hands out one archive, as the Engine API does."""

    def __init__(self, archive: bytes | None) -> None:
        self.archive = archive

    def get_archive(self, name: str, path: str) -> tuple[list[bytes], dict[str, Any]]:
        """Return the archive in two pieces."""
        if self.archive is None:
            raise NotFound("no such file")
        return [self.archive[:100], self.archive[100:]], {}


def _with_link() -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        info = tarfile.TarInfo("passwd")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/shadow"
        archive.addfile(info)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("archive", "text"),
    [
        (pack({"passwd": b"root:x:0:0\n"}), "root:x:0:0\n"),
        (pack({"passwd": b""}), ""),
        (None, None),
        (_with_link(), None),
        (pack({"passwd": b"x" * LIMIT_BYTES}), None),
        (b"no archive" * 60, None),
    ],
    ids=["file", "empty", "nothing", "link", "too large", "damaged"],
)
def test_a_file_is_read_where_it_is_one(archive: bytes | None, text: str | None) -> None:
    """A link, something too large and something damaged are as good as nothing."""
    assert read_text(cast("APIClient", _Engine(archive)), "box", "/etc/passwd") == text
