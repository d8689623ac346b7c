"""Files of a container as its engine hands them out: packed in a tar archive, read without any program in the container."""

from __future__ import annotations

import io
import posixpath
import tarfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import IO, TypeAlias, cast

from ..error import TargetError

Packer: TypeAlias = Callable[[str], Iterable[bytes] | None]
"""From an absolute path to the pieces of its archive; None where nothing is there. Raises TargetError where nobody can see it."""


class Pieces:
    """Pieces of bytes as a stream that tarfile can read."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces: Iterator[bytes] = iter(pieces)
        self._rest = b""

    def read(self, size: int) -> bytes:
        """Return as many bytes as asked for, fewer only at the end."""
        while len(self._rest) < size and (piece := next(self._pieces, b"")):
            self._rest += piece
        data, self._rest = self._rest[:size], self._rest[size:]
        return data


def unpack(pieces: Iterable[bytes], limit_bytes: int) -> dict[str, bytes]:
    """Return the files of an archive by their names in it, all together at most `limit_bytes`.

    Raises TargetError for more, for a damaged archive, and for one with a link or a device: what that leads to is not in it.
    """
    found: dict[str, bytes] = {}
    try:
        with tarfile.open(fileobj=cast("IO[bytes]", Pieces(pieces)), mode="r|") as members:
            for member in members:
                if not (member.isreg() or member.isdir()):
                    raise TargetError(f"{member.name!a} leads elsewhere")
                limit_bytes -= member.size + tarfile.BLOCKSIZE
                if limit_bytes < 0:
                    raise TargetError("more than is read")
                if content := members.extractfile(member):
                    found[posixpath.normpath(member.name)] = content.read()
    except (tarfile.TarError, ValueError, EOFError, OverflowError) as error:
        raise TargetError(f"the engine sent no sound archive: {error}") from None
    return found


def pack(files: Mapping[str, bytes]) -> bytes:
    """Return an archive of files by their names in it, readable by anybody."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(data), 0o644
            archive.addfile(info, io.BytesIO(data))
    return packed.getvalue()
