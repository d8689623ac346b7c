"""An experiment in a running container: started through the Engine API, its outputs fetched as bounded archives."""

from __future__ import annotations

import tarfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, cast

from ..error import TargetError
from ..records.packing import is_inside
from ..targets.packed import Pieces
from ..targets.protocol import Capture, EngineTarget
from .listing import ListedFile, Listing, ask_for_files

FETCHED_LIMIT_BYTES = 16 << 30
"""For all outputs of one attempt: they are described on this machine's disk."""
CHUNK_BYTES = 1 << 20


class ContainerWorkplace:
    """A running container, and the folder in which its own programs start."""

    is_here = False

    def __init__(self, target: EngineTarget) -> None:
        self._target = target

    def run(self, argv: Sequence[str], variables: Mapping[str, str], capture: Capture) -> int:
        """Run a command there as the container's own user; it is killed, with what it started, when we are interrupted."""
        return self._target.follow(argv, variables, capture)

    def list_files(self, globs: Sequence[str]) -> Listing:
        """Return the files that globs name."""
        return ask_for_files(self._target, globs)

    def bring(self, places: Mapping[str, ListedFile], folder: Path) -> dict[str, Path]:
        """Copy the files under a folder. Raises TargetError for anything that is not the one regular file that was asked for."""
        left, found = FETCHED_LIMIT_BYTES, {}
        for name, place in sorted(places.items()):
            if not is_inside(name):
                raise TargetError(f"{self._target.reference}: {name!a}: not a name of an output")
            found[name] = folder / name
            found[name].parent.mkdir(parents=True, exist_ok=True)
            with self._target.archive(place.path) as archive:
                left -= unpack_one(archive, found[name], left, f"{self._target.reference}: {place.path}")
        return found


def unpack_one(archive: Iterable[bytes], path: Path, limit_bytes: int, where: str) -> int:
    """Write the one regular file of a tar archive to a path and return its size; what the archive calls it does not count.

    Raises TargetError for links, devices, folders, several members, a damaged archive and more than `limit_bytes`.
    """
    try:
        with tarfile.open(fileobj=cast("IO[bytes]", Pieces(archive)), mode="r|") as members:
            member = members.next()
            content = members.extractfile(member) if member is not None and member.isreg() else None
            if member is None or content is None:
                raise TargetError(f"{where}: not a regular file", "name a file as an output, not what points to one")
            if member.size > limit_bytes:
                raise TargetError(f"{where}: {member.size:,} bytes are more than is fetched", "name the outputs more closely")
            with path.open("xb") as stream:
                while block := content.read(CHUNK_BYTES):
                    stream.write(block)
            if members.next() is not None:
                raise TargetError(f"{where}: the engine sent more than one file")
    except tarfile.TarError as error:
        raise TargetError(f"{where}: the engine sent no sound archive: {error}") from None
    return member.size
